#!/usr/bin/env bun
import type { Environment } from './config/paths.ts';
import { bypassProxies } from './launcher/control-client.ts';
import { readInvocation, type Invocation } from './launcher/invocation.ts';
import { LaunchError } from './launcher/launch-error.ts';

/** What runs for each kind of command line. All is imported late: the launcher has to be quick. */
const RUN: { readonly [Kind in Invocation['kind']]: Run<Extract<Invocation, { kind: Kind }>> } = {
  async launch({ args }, env) {
    bypassProxies();
    const { launch } = await import('./launcher/launch.ts');
    const { endLike } = await import('./launcher/run-claude.ts');
    return endLike(await launch(args, env));
  },

  async gateway({ flags, ephemeral, detached }, env) {
    const { restartWithRuntimeSettings } = await import('./launcher/executable.ts');
    const restarted = await restartWithRuntimeSettings(process.argv.slice(2), env);
    if (restarted !== null) return restarted;
    const { runGateway } = await import('./http/run.ts');
    return runGateway({ flags, ephemeral, detached, announce: !detached });
  },

  async status({ json }, env) {
    bypassProxies();
    const { showStatus } = await import('./cli/gateway-control.ts');
    return showStatus(env, { json });
  },

  async stop(_, env) {
    bypassProxies();
    const { stopGateway } = await import('./cli/gateway-control.ts');
    return stopGateway(env);
  },

  async 'install-completions'({ shell }, env) {
    const { installCompletions } = await import('./cli/completions/install.ts');
    return installCompletions(shell, env);
  },

  async 'uninstall-completions'({ shell }, env) {
    const { uninstallCompletions } = await import('./cli/completions/install.ts');
    return uninstallCompletions(shell, env);
  },

  async manage({ args }, env) {
    const { runCli } = await import('./cli/root.ts');
    return runCli(args, env);
  },

  help({ text }) {
    process.stdout.write(text);
    return 0;
  },

  'usage-error'({ message }) {
    process.stderr.write(`${message}\n`);
    return 2;
  },
};

type Run<Kind> = (invocation: Kind, env: Environment) => Promise<number> | number;

/**
 * The one executable: the launcher, the gateway or a management command, by its name and its first
 * argument. Failures are told in their own words, without a stack trace.
 */
async function main(): Promise<number> {
  const invocation = readInvocation(process.argv0, process.argv.slice(2));
  const run = RUN[invocation.kind] as Run<Invocation>;
  try {
    return await run(invocation, { ...process.env });
  } catch (error) {
    const isOwn = error instanceof LaunchError;
    const text = error instanceof Error ? error.message : String(error);
    const name = invocation.kind === 'manage' ? 'cc-route' : 'clauder';
    process.stderr.write(`${isOwn ? '' : `${name}: `}${text}\n`);
    return isOwn ? error.exitCode : 1;
  }
}

void main().then((code) => process.exit(code));
