import { GatewayError } from '../core/errors.ts';
import { clientHeaders } from '../core/headers.ts';
import type { Clock } from '../lib/clock.ts';
import { redact } from '../lib/redact.ts';
import type { Secret } from '../lib/secret.ts';
import type { ProviderSpec } from '../providers/spec.ts';
import { targetName, type Target } from '../providers/target.ts';
import { wireFormat } from '../wire/index.ts';
import type { DecodedBody, EncodedRequest } from '../wire/wire-format.ts';
import type { Attempt, Reply, Transport } from './attempt.ts';
import { bodyReader } from './body-reader.ts';
import { authorize, forgetCredential } from './credentials.ts';
import { canConnect, connectionError } from './network.ts';
import { read, replyStream, take, type ReplyStreamOptions } from './reply-stream.ts';
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
  const secret = await authorize(encoded.headers, call, target);
  const watchdog = new Watchdog(call.signal, deps.clock);
  call.journal.note({ kind: 'attempt', target });
  const cancelDeadline = deps.clock.after(attempt.deadlineAt - deps.clock.now(), () =>
    watchdog.abort(outOfTime(target)),
  );
  try {
    const response = await converse(encoded, target, watchdog, deps);
    if (response.ok) return await accept(response, encoded, attempt, watchdog, deps);
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
    throw noted(withoutSecret(error, secret), attempt);
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

/** A 2xx: the reply, once there is something in it. */
async function accept(
  response: Response,
  encoded: EncodedRequest,
  { call, target }: Attempt,
  watchdog: Watchdog,
  deps: SendDeps,
): Promise<Reply> {
  const headers = clientHeaders(response.headers, target.wire === 'anthropic-messages');
  headers.set('x-cc-route-target', targetName(target, call.model));
  if (call.stream && !isJSON(response) && response.body !== null) {
    return acceptStream(response.body, response.status, headers, encoded, target, watchdog, deps);
  }
  watchdog.expect(deps.timeouts.idleMs, () => silentError(target, deps.timeouts.idleMs));
  const bytes = new Uint8Array(await response.arrayBuffer());
  watchdog.release();
  const { decoder } = encoded;
  const decoded: DecodedBody = call.stream ? decoder.bodyAsStream(bytes) : decoder.body(bytes);
  headers.set('content-type', call.stream ? EVENT_STREAM : 'application/json');
  return {
    status: response.status,
    headers,
    body: decoded.body,
    target,
    outcome: Promise.resolve({ result: 'complete', usage: decoded.usage }),
  };
}

const EVENT_STREAM = 'text/event-stream; charset=utf-8';

/** Waits for the commit point: the first real event, or the error that came in its place. */
async function acceptStream(
  body: ReadableStream<Uint8Array>,
  status: number,
  headers: Headers,
  encoded: EncodedRequest,
  target: Target,
  watchdog: Watchdog,
  { clock, timeouts }: SendDeps,
): Promise<Reply> {
  const options: Omit<ReplyStreamOptions, 'first'> = {
    reader: bodyReader(body),
    transform: encoded.decoder.stream(),
    watchdog,
    clock,
    idleMs: timeouts.idleMs,
    idleError: () => silentError(target, timeouts.idleMs),
    toError: (cause) => connectionError(cause, target),
  };
  const { transform } = options;
  let first: Uint8Array = new Uint8Array(0);
  while (transform.state === 'waiting') {
    first = take(await read(options.reader, watchdog, options), transform, options.toError);
  }
  if (transform.error !== null) throw transform.error;
  headers.set('content-type', EVENT_STREAM);
  headers.set('cache-control', 'no-cache');
  headers.set('x-accel-buffering', 'no');
  const { stream, outcome } = replyStream({ ...options, first });
  return { status, headers, body: stream, target, outcome };
}

function isJSON(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').includes('json');
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

/** An upstream may quote the key that it was shown. */
function withoutSecret(error: GatewayError, secret: Secret | null): GatewayError {
  const value = secret?.reveal();
  if (value === undefined || value === '') return error;
  const without = (text: string): string => redact(text.replaceAll(value, '[redacted]'));
  if (error.message.includes(value)) error.message = without(error.message);
  const { passthrough, problem } = error;
  if (problem?.text.includes(value) === true) {
    error.problem = { ...problem, text: without(problem.text) };
  }
  if (passthrough === undefined || !Buffer.from(passthrough.body).includes(value)) return error;
  return error.reworded(error.message);
}

function redirected(response: Response, target: Target): GatewayError {
  return new GatewayError(
    'upstream_redirect',
    `${target.provider.label} (route ${target.route}) answered ${response.status}, a redirect, which is ` +
      `not followed because it would carry the key along. Correct modelRoutes["${target.route}"].baseURL.`,
    { upstreamStatus: response.status },
  );
}

function outOfTime(target: Target): GatewayError {
  return new GatewayError(
    'out_of_time',
    `${target.provider.label} (route ${target.route}) had no answer when the client's own time limit came near.`,
  );
}

function silentError(target: Target, ms: number): GatewayError {
  return new GatewayError(
    'upstream_silent',
    `${target.provider.label} (route ${target.route}) sent nothing for ${Math.round(ms / 1000)} s.`,
  );
}

function connectTimeout(target: Target, ms: number): GatewayError {
  return new GatewayError(
    'connect_timeout',
    `${target.provider.label} (route ${target.route}): no connection to ` +
      `${new URL(target.baseURL).host} within ${Math.round(ms / 1000)} s. Check the address and your network.`,
  );
}
