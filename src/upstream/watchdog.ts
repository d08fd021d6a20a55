import type { Clock } from '../lib/clock.ts';

/**
 * Gives one attempt up: when the client leaves, or when the upstream stays silent for too long.
 * Whoever waits on {@link Watchdog.signal} finds the reason in `signal.reason`.
 *
 * A stream moves its deadline with every chunk, so the timer is not set anew each time: when it
 * fires, it looks whether the deadline has moved.
 */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #client: AbortSignal;
  readonly #onClientGone: () => void;
  #cancelTimer: (() => void) | null = null;
  /** When the timer fires, in the clock's milliseconds. */
  #fireAt = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #reason: () => Error = () => new Error('deadline');

  constructor(client: AbortSignal, clock: Clock) {
    this.#clock = clock;
    this.#client = client;
    this.#onClientGone = () => this.#controller.abort(client.reason);
    if (client.aborted) this.#onClientGone();
    else client.addEventListener('abort', this.#onClientGone, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts with the reason unless {@link pause} or another `expect` comes within `delayMs`. */
  expect(delayMs: number, reason: () => Error): void {
    const now = this.#clock.now();
    this.#deadline = now + delayMs;
    this.#reason = reason;
    if (this.#cancelTimer === null || this.#fireAt > this.#deadline) this.#arm(delayMs, now);
  }

  /** What was expected came; nothing is expected until the next {@link expect}. */
  pause(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  /** Ends the attempt at once: the upstream's connection is closed. */
  abort(reason: Error): void {
    this.release();
    this.#controller.abort(reason);
  }

  /** Stops watching; the attempt is over. */
  release(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#client.removeEventListener('abort', this.#onClientGone);
  }

  #arm(delayMs: number, now: number): void {
    this.#cancelTimer?.();
    this.#fireAt = now + delayMs;
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#look());
  }

  #look(): void {
    this.#cancelTimer = null;
    const now = this.#clock.now();
    if (now >= this.#deadline) this.#controller.abort(this.#reason());
    else if (Number.isFinite(this.#deadline)) this.#arm(this.#deadline - now, now);
  }
}
