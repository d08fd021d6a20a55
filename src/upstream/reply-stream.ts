import { GatewayError } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { StreamTransform } from '../wire/wire-format.ts';
import type { Outcome } from './attempt.ts';
import type { BodyReader } from './body-reader.ts';
import type { Censor } from './censor.ts';
import type { Watchdog } from './watchdog.ts';

/** Silence after which a `ping` goes to the client. Claude Code shows a waiting notice at 20 s. */
const PING_AFTER_MS = 12_000;

/** What an upstream may still say behind a complete answer, and how long it may take. */
const LET_GO_MS = 1000;
const LET_GO_BYTES = 16_384;

const PING = Buffer.from('event: ping\ndata: {"type": "ping"}\n\n', 'utf8');

export interface ReplyStreamOptions {
  readonly reader: BodyReader;
  readonly transform: StreamTransform;
  readonly censor: Censor;
  /** What the transform gave out before the reply was committed. */
  readonly first: Uint8Array;
  /** A read that had begun by then. */
  readonly pending: Promise<ReadResult> | null;
  readonly watchdog: Watchdog;
  readonly clock: Clock;
  readonly idleMs: number;
  readonly idleError: () => GatewayError;
  /** A broken connection as an error with a kind. */
  readonly toError: (cause: unknown) => GatewayError;
}

/**
 * The client's stream. It reads from the upstream only when the client has taken what came before,
 * so a slow reader costs no memory, and it closes the upstream's connection when the client leaves.
 *
 * All events that arrived together leave as one chunk. After the first byte an error can only be
 * an SSE `error` event, which the transform writes.
 */
export function replyStream(options: ReplyStreamOptions): {
  stream: ReadableStream<Uint8Array>;
  outcome: Promise<Outcome>;
} {
  const { reader, transform, watchdog, clock } = options;
  const { promise: outcome, resolve } = Promise.withResolvers<Outcome>();
  let first: Uint8Array | null = options.first;
  let { pending } = options;
  const silence = new Silence(clock);

  const finish = (result: Outcome['result']): void => {
    watchdog.release();
    silence.release();
    resolve({ result, usage: transform.usage });
  };

  const complete = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    finish('complete');
    controller.close();
    void letGo(options, pending);
  };

  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (first !== null) {
          controller.enqueue(first);
          first = null;
          if (isFinished(transform)) complete(controller);
          return;
        }
        for (;;) {
          pending ??= read(reader, watchdog, options);
          const result = await Promise.race([pending, silence.wait()]);
          silence.end();
          if (result === 'silence') {
            controller.enqueue(PING);
            return;
          }
          pending = null;
          const bytes = take(result, options);
          if (bytes.length > 0) controller.enqueue(bytes);
          if (result.kind === 'chunk' && isFinished(transform)) {
            complete(controller);
            return;
          }
          if (transform.state === 'failed' || result.kind !== 'chunk') {
            if (result.kind === 'chunk') watchdog.abort(new Error('the reply failed'));
            finish(isFinished(transform) ? 'complete' : 'failed');
            controller.close();
            return;
          }
          if (bytes.length > 0) return;
        }
      },
      cancel() {
        watchdog.abort(new GatewayError('client_gone', 'The client left.'));
        finish('client_gone');
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, outcome };
}

function isFinished({ state }: StreamTransform): boolean {
  return state === 'finished';
}

/**
 * The answer is complete, and the client has it. An upstream that is done as well ends by itself
 * within moments, and its connection can be used again; one that goes on, behind a stop string that
 * it doesn't know, is cut off, since every token costs.
 */
async function letGo(
  { reader, watchdog, clock }: ReplyStreamOptions,
  pending: Promise<ReadResult> | null,
): Promise<void> {
  const cancel = clock.after(LET_GO_MS, () => watchdog.abort(new Error('the answer is complete')));
  try {
    if (pending !== null) await pending;
    for (let left = LET_GO_BYTES; left > 0;) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.length;
    }
    watchdog.abort(new Error('the answer is complete'));
  } catch {
    // Given up, or broken: nobody waits for it any more.
  } finally {
    cancel();
  }
}

export type ReadResult =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken'; readonly cause: unknown };

/** Reads one chunk and never rejects; the idle timer runs while it waits. */
export async function read(
  reader: BodyReader,
  watchdog: Watchdog,
  idle: { readonly idleMs: number; readonly idleError: () => GatewayError },
): Promise<ReadResult> {
  watchdog.expect(idle.idleMs, idle.idleError);
  try {
    const result = await reader.read();
    watchdog.pause();
    return result.done ? { kind: 'end' } : { kind: 'chunk', bytes: result.value };
  } catch (cause) {
    return { kind: 'broken', cause: watchdog.signal.aborted ? watchdog.signal.reason : cause };
  }
}

/** Feeds a read's result to the transform; gives what the client gets of it, in whole events. */
export function take(
  result: ReadResult,
  { transform, censor, toError }: Pick<ReplyStreamOptions, 'transform' | 'censor' | 'toError'>,
): Uint8Array {
  switch (result.kind) {
    case 'chunk':
      return censor.bytes(transform.push(result.bytes));
    case 'end':
      return censor.bytes(transform.end());
    case 'broken':
      return transform.fail(toError(result.cause));
  }
}

/**
 * Tells when a wait has lasted for {@link PING_AFTER_MS}. Its one timer is not set anew for every
 * chunk: it looks, when it fires, how long the current wait has lasted.
 */
class Silence {
  readonly #clock: Clock;
  #since = 0;
  #resolve: ((value: 'silence') => void) | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wait(): Promise<'silence'> {
    this.#since = this.#clock.now();
    this.#cancelTimer ??= this.#clock.after(PING_AFTER_MS, () => this.#look());
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** The wait is over, by a chunk or by the silence itself. */
  end(): void {
    this.#resolve = null;
  }

  release(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #look(): void {
    const left =
      this.#resolve === null ? PING_AFTER_MS : this.#since + PING_AFTER_MS - this.#clock.now();
    this.#cancelTimer = this.#clock.after(left <= 0 ? PING_AFTER_MS : left, () => this.#look());
    if (left <= 0) this.#resolve?.('silence');
  }
}
