import type { GatewayError } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';

/** The first pause after a circuit opened; it doubles with each failed probe. */
const FIRST_PAUSE_MS = 5_000;

/** So a target is found again at most this long after its recovery, if there are calls for it. */
const LONGEST_PAUSE_MS = 20_000;

/** What an attempt tells about a target's health. */
export type Verdict = 'alive' | 'failed' | 'unknown';

/**
 * A circuit breaker: after some failures in a row it is open, and nothing is to be sent. After a
 * pause one attempt, the probe, finds out whether the target is back; until its end the others
 * still stay away.
 */
export class Circuit {
  readonly #clock: Clock;
  #failures = 0;
  #last: GatewayError | null = null;
  /** 0: closed. */
  #pauseMs = 0;
  #openUntil = 0;
  #probing = false;
  #look: Promise<boolean> | null = null;
  #seen = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#pauseMs > 0;
  }

  /** The last failure; `null` where the last attempt that told anything was a success. */
  get cause(): GatewayError | null {
    return this.#last;
  }

  /** How many there were in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** How long until the next probe, in milliseconds. */
  get waitMs(): number {
    return Math.max(0, this.#openUntil - this.#clock.now());
  }

  /** Whether an attempt may go out. */
  get admits(): boolean {
    return !this.isOpen || (this.waitMs === 0 && !this.#probing);
  }

  /**
   * An attempt goes out. @returns what to call at its end, with the failure where it was one.
   */
  begin(): (verdict: Verdict, error: GatewayError | null) => void {
    const isProbe = this.isOpen && this.admits;
    if (isProbe) this.#probing = true;
    return (verdict, error) => {
      if (isProbe) this.#probing = false;
      if (verdict === 'alive') this.#close();
      else if (verdict === 'failed' && error !== null) this.#failed(error, isProbe);
    };
  }

  /** Whether the last {@link look} since the last failure found something. */
  get seen(): boolean {
    return this.#seen;
  }

  /** Finds out without an attempt; several that ask at the same time share one answer. */
  look(isBack: () => Promise<boolean>): Promise<boolean> {
    this.#look ??= isBack().then((back) => {
      this.#look = null;
      this.#seen = back;
      if (!back && this.isOpen && this.waitMs === 0) this.#pauseAgain();
      return back;
    });
    return this.#look;
  }

  #failed(error: GatewayError, isProbe: boolean): void {
    this.#failures += 1;
    this.#last = error;
    this.#seen = false;
    if (isProbe) {
      this.#pauseAgain();
    } else if (!this.isOpen && this.#failures >= (error.rule.opensCircuitAfter ?? Infinity)) {
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#openUntil = this.#clock.now() + FIRST_PAUSE_MS;
    }
  }

  #pauseAgain(): void {
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#openUntil = this.#clock.now() + this.#pauseMs;
  }

  #close(): void {
    this.#failures = 0;
    this.#last = null;
    this.#pauseMs = 0;
    this.#openUntil = 0;
  }
}
