import { GatewayError } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { ProviderSpec } from '../providers/spec.ts';
import type { Target } from '../providers/target.ts';
import { wireFormat } from '../wire/index.ts';
import type { EncodedRequest } from '../wire/wire-format.ts';
import { accept, localReply } from './accept.ts';
import type { Attempt, Reply, Transport } from './attempt.ts';
import { Censor } from './censor.ts';
import { authorize, forgetCredential } from './credentials.ts';
import { connectTimeout, outOfTime, redirected, silentError } from './failures.ts';
import { canConnect, connectionError } from './network.ts';
import { Watchdog } from './watchdog.ts';

/** An error answer is read up to this size; the rest is of no use to anybody. */
const MAX_ERROR_BYTES = 1_048_576;

export interface SendDeps {
  /** The network, or the inside of the process for built-in providers. */
  readonly transportFor: (provider: ProviderSpec) => Transport;
  readonly clock: Clock;
  readonly timeouts: {
    readonly connectMs: number;
    readonly firstByteMs: number;
    readonly idleMs: number;
  };
}

/**
 * Makes one attempt: encode, authorize, send, and wait for the commit point. It resolves once the
 * first real event or the whole body is there; until then every failure is a {@link GatewayError}
 * that can still become an HTTP status, a retry or a fallback.
 *
 * @throws GatewayError
 */
export async function send(attempt: Attempt, deps: SendDeps): Promise<Reply> {
  const { call, target } = attempt;
  if (target.problem !== undefined) {
    throw new GatewayError('unusable_route', `Route ${target.route}: ${target.problem}`);
  }
  const format = wireFormat(target.wire);
  const encoded = format.encode(call, target);
  if (encoded.local !== undefined) return localReply(encoded.local, attempt);
  const secret = await authorize(encoded.headers, call, target);
  const censor = Censor.for(secret, call, target);
  const watchdog = new Watchdog(call.signal, deps.clock);
  call.journal.note({ kind: 'attempt', target });
  const cancelDeadline = deps.clock.after(attempt.deadlineAt - deps.clock.now(), () =>
    watchdog.abort(outOfTime(target)),
  );
  try {
    const response = await converse(encoded, target, watchdog, deps);
    if (response.ok) return await accept(response, encoded, attempt, { ...deps, watchdog, censor });
    if (response.status >= 300 && response.status < 400) throw redirected(response, target);
    const body = await readBounded(response);
    const answer = { status: response.status, headers: response.headers, body };
    throw format.decodeError(answer, call, target);
  } catch (cause) {
    watchdog.abort(new Error('the attempt is over'));
    const error = call.signal.aborted
      ? new GatewayError('client_gone', 'The client left.')
      : connectionError(cause, target);
    if (error.kind === 'upstream_unauthorized') forgetCredential(target);
    throw noted(censor.error(error), attempt);
  } finally {
    cancelDeadline();
  }
}

/** The response, once there is one that asks nothing more of the gateway itself. */
async function converse(
  encoded: EncodedRequest,
  target: Target,
  watchdog: Watchdog,
  deps: SendDeps,
): Promise<Response> {
  let response = await request(encoded, target, watchdog, deps);
  if (encoded.followUp === undefined) return response;
  while (response.ok) {
    const reply = new Uint8Array(await response.arrayBuffer());
    const body = encoded.followUp(reply);
    if (body === null) return new Response(reply, response);
    response = await request({ ...encoded, body }, target, watchdog, deps);
  }
  return response;
}

async function request(
  encoded: EncodedRequest,
  target: Target,
  watchdog: Watchdog,
  { transportFor, timeouts, clock }: SendDeps,
): Promise<Response> {
  watchdog.expect(timeouts.firstByteMs, () => silentError(target, timeouts.firstByteMs));
  // An answer that is this late may mean that nobody is there: look, without disturbing the request.
  const cancelProbe =
    target.provider.builtIn === true
      ? () => {}
      : clock.after(timeouts.connectMs / 2, () => {
          void canConnect(encoded.url, timeouts.connectMs / 2, watchdog.signal).then(
            (reachable) => {
              if (!reachable) watchdog.abort(connectTimeout(target, timeouts.connectMs));
            },
          );
        });
  try {
    const { url, headers, body } = encoded;
    const exchange = { url, headers, body, signal: watchdog.signal };
    const transport = transportFor(target.provider);
    return await transport(exchange);
  } catch (cause) {
    throw watchdog.signal.aborted ? watchdog.signal.reason : cause;
  } finally {
    cancelProbe();
  }
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ERROR_BYTES);
}

function noted(error: GatewayError, { call, target }: Attempt): GatewayError {
  const { kind, upstreamStatus: status = null, message } = error;
  call.journal.note({ kind: 'failed', target, error: kind, status, message });
  return error;
}
