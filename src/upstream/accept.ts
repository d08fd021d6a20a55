import { clientHeaders } from '../core/headers.ts';
import type { Clock } from '../lib/clock.ts';
import { targetName, type Target } from '../providers/target.ts';
import type { DecodedBody, EncodedRequest } from '../wire/wire-format.ts';
import type { Attempt, Reply } from './attempt.ts';
import { bodyReader } from './body-reader.ts';
import { silentError } from './failures.ts';
import { connectionError } from './network.ts';
import {
  read,
  replyStream,
  take,
  type ReadResult,
  type ReplyStreamOptions,
} from './reply-stream.ts';
import type { Censor } from './censor.ts';
import type { Watchdog } from './watchdog.ts';

/**
 * How long the first event of an answer that has begun may be late. After it the client gets the
 * opening and pings: Claude Code shows a waiting notice at 20 s, and a failure can be an SSE `error`
 * event only. Until then it can still be an HTTP status, a retry or a fallback.
 */
const COMMIT_AFTER_MS = 10_000;

interface AcceptDeps {
  readonly clock: Clock;
  readonly timeouts: { readonly idleMs: number };
  readonly watchdog: Watchdog;
  readonly censor: Censor;
}

/** A 2xx: the reply, once there is something in it. */
export async function accept(
  response: Response,
  encoded: EncodedRequest,
  { call, target }: Attempt,
  deps: AcceptDeps,
): Promise<Reply> {
  const { watchdog, censor } = deps;
  const headers = censor.headers(
    clientHeaders(response.headers, target.wire === 'anthropic-messages'),
  );
  headers.set('x-cc-route-target', targetName(target, call.model));
  if (call.stream && !isJSON(response) && response.body !== null) {
    return acceptStream(response.body, response.status, headers, encoded, target, deps);
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
    body: censor.bytes(decoded.body),
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
  { clock, timeouts, watchdog, censor }: AcceptDeps,
): Promise<Reply> {
  const options: Omit<ReplyStreamOptions, 'first' | 'pending'> = {
    reader: bodyReader(body),
    transform: encoded.decoder.stream(),
    censor,
    watchdog,
    clock,
    idleMs: timeouts.idleMs,
    idleError: () => silentError(target, timeouts.idleMs),
    toError: (cause) => connectionError(cause, target),
  };
  const { transform } = options;
  let first: Uint8Array = new Uint8Array(0);
  let pending: Promise<ReadResult> | null = null;
  const late = lateness(clock);
  while (transform.state === 'waiting') {
    pending ??= read(options.reader, watchdog, options);
    const result = late.passed ? await pending : await Promise.race([pending, late.promise]);
    if (result !== 'late') {
      pending = null;
      first = take(result, options);
    }
    if (late.passed && transform.state === 'waiting') first = transform.begin();
  }
  late.cancel();
  if (transform.error !== null) throw transform.error;
  headers.set('content-type', EVENT_STREAM);
  headers.set('cache-control', 'no-cache');
  headers.set('x-accel-buffering', 'no');
  const { stream, outcome } = replyStream({ ...options, first, pending });
  return { status, headers, body: stream, target, outcome };
}

/** Tells when {@link COMMIT_AFTER_MS} have passed. */
function lateness(clock: Clock): {
  readonly promise: Promise<'late'>;
  readonly passed: boolean;
  readonly cancel: () => void;
} {
  const { promise, resolve } = Promise.withResolvers<'late'>();
  let passed = false;
  const cancel = clock.after(COMMIT_AFTER_MS, () => {
    passed = true;
    resolve('late');
  });
  return {
    promise,
    cancel,
    get passed() {
      return passed;
    },
  };
}

/** An answer that needed no upstream. */
export function localReply({ body, usage }: DecodedBody, { call, target }: Attempt): Reply {
  const headers = new Headers({
    'content-type': call.stream ? EVENT_STREAM : 'application/json',
    'x-cc-route-target': targetName(target, call.model),
  });
  const outcome = Promise.resolve({ result: 'complete', usage } as const);
  return { status: 200, headers, body, target, outcome };
}

function isJSON(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').includes('json');
}
