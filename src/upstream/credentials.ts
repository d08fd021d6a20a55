import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import { Secret } from '../lib/secret.ts';
import type { AuthStyle } from '../providers/spec.ts';
import { acceptsClientCredential, type Target } from '../providers/target.ts';

/** Longest run of a credential command. */
const COMMAND_TIMEOUT_MS = 10_000;

/** Outputs of credential commands by command, kept until an upstream rejects one. */
const commandOutputs = new Map<string, Promise<Secret>>();

/**
 * Puts the credential on a request's headers and returns the secret, so that it can be taken out
 * of texts that come back. A client's own credential goes to Anthropic only: the caller's target
 * says so, and {@link Target.credential} can be `client` for no other provider.
 *
 * @throws GatewayError `missing_credential`, naming what to set.
 */
export async function authorize(
  headers: Headers,
  call: Call,
  target: Target,
): Promise<Secret | null> {
  const style = target.provider.endpoints[target.wire]?.auth ?? 'bearer';
  switch (target.credential.kind) {
    case 'none':
      return null;
    case 'missing':
      throw new GatewayError(
        'missing_credential',
        `Route ${target.route} (${target.provider.label}) has no key: ${target.credential.problem}`,
      );
    case 'client':
      forwardClientCredential(headers, call, target);
      return null;
    case 'keys':
      // Whoever asks without the policy that lets them take turns.
      return authorize(headers, call, { ...target, credential: target.credential.keys[0] });
    case 'secret':
      setCredential(headers, style, target.credential.secret);
      return target.credential.secret;
    case 'command': {
      const secret = await commandOutput(target.credential.command, target);
      setCredential(headers, style, secret);
      return secret;
    }
  }
}

/** Forgets a command's output, so that the next call runs it again: the upstream said 401. */
export function forgetCredential(target: Target): void {
  if (target.credential.kind === 'command') commandOutputs.delete(target.credential.command);
}

function setCredential(headers: Headers, style: AuthStyle, secret: Secret): void {
  if (style === 'bearer') headers.set('authorization', `Bearer ${secret.reveal()}`);
  else if (style !== 'none') headers.set(style, secret.reveal());
}

function forwardClientCredential(headers: Headers, call: Call, target: Target): void {
  const { authorization, apiKey } = call.credential;
  if (authorization === undefined && apiKey === undefined) {
    throw new GatewayError(
      'missing_credential',
      `"${call.model}" goes to Anthropic, and this session has no Anthropic credential. ` +
        `Log in with "claude auth login", set ANTHROPIC_API_KEY, or choose one of your own routes.`,
    );
  }
  if (!acceptsClientCredential(target.provider, target.baseURL)) {
    throw new GatewayError('internal', `A client's credential must not go to ${target.baseURL}.`);
  }
  if (authorization !== undefined) headers.set('authorization', authorization.reveal());
  if (apiKey !== undefined) headers.set('x-api-key', apiKey.reveal());
}

function commandOutput(command: string, target: Target): Promise<Secret> {
  const known = commandOutputs.get(command);
  if (known !== undefined) return known;
  const output = runCommand(command, target);
  commandOutputs.set(command, output);
  output.catch(() => commandOutputs.delete(command));
  return output;
}

async function runCommand(command: string, target: Target): Promise<Secret> {
  const shell = process.platform === 'win32' ? ['cmd', '/d', '/s', '/c'] : ['/bin/sh', '-c'];
  const child = Bun.spawn([...shell, command], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
    timeout: COMMAND_TIMEOUT_MS,
  });
  const [output, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  const firstLine = output.split(/\r?\n/, 1)[0]?.trim() ?? '';
  if (exitCode === 0 && firstLine !== '') return new Secret(firstLine);
  throw new GatewayError(
    'missing_credential',
    `The command of modelRoutes["${target.route}"].authToken ` +
      (exitCode === 0 ? 'printed nothing.' : `ended with exit code ${exitCode}.`) +
      ' Run it in a terminal to see why.',
  );
}
