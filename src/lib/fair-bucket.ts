import type { Clock } from './clock.ts';

export interface Limit {
  /** Permits per second. */
  readonly rps: number;
  /** The most that can be saved up. */
  readonly burst: number;
}

/** `granted`: go on. Else: how long until there will be a permit. */
export type Turn =
  | { readonly granted: true }
  | { readonly granted: false; readonly waitMs: number };

interface Waiter {
  readonly grant: () => void;
}

/** Sums of fractions come out a hair too small. */
const EPSILON = 1e-9;

const GRANTED: Turn = { granted: true };

/**
 * A token bucket whose permits go round among those who wait: each group gets one in turn, so that
 * a busy group doesn't starve the others.
 */
export class FairBucket {
  readonly #clock: Clock;
  #limit: Limit;
  #permits: number;
  #countedAt: number;
  /** Who waits, by group. The group that comes next stands first. */
  readonly #groups = new Map<string, Waiter[]>();
  #waiting = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(limit: Limit, clock: Clock) {
    this.#clock = clock;
    this.#limit = limit;
    this.#permits = limit.burst;
    this.#countedAt = clock.now();
  }

  /** Later permits come by another limit. */
  set limit(limit: Limit) {
    if (limit.rps === this.#limit.rps && limit.burst === this.#limit.burst) return;
    this.#count();
    this.#limit = limit;
    this.#permits = Math.min(this.#permits, limit.burst);
    this.#arm();
  }

  /** Takes a permit where one is there and nobody waits for it. */
  take(): Turn {
    this.#count();
    if (this.#waiting === 0 && this.#permits >= 1 - EPSILON) {
      this.#permits -= 1;
      return GRANTED;
    }
    return { granted: false, waitMs: this.#waitMs(this.#waiting) };
  }

  /**
   * Waits for a permit, or says at once that it would take too long.
   * @param signal ends the wait; what it returns then has no meaning
   */
  wait(group: string, maxWaitMs: number, signal: AbortSignal): Promise<Turn> {
    this.#count();
    const expectedMs = this.#waitMs(this.#ahead(group));
    if (expectedMs > maxWaitMs || signal.aborted) {
      return Promise.resolve({ granted: false, waitMs: expectedMs });
    }
    return new Promise((resolve) => {
      const end = (turn: Turn): void => {
        cancel();
        signal.removeEventListener('abort', giveUp);
        resolve(turn);
      };
      const waiter: Waiter = { grant: () => end(GRANTED) };
      const giveUp = (): void => {
        this.#remove(group, waiter);
        this.#count();
        end({ granted: false, waitMs: this.#waitMs(this.#waiting) });
      };
      // Groups that came later may have taken turns before it.
      const cancel = this.#clock.after(maxWaitMs, giveUp);
      signal.addEventListener('abort', giveUp, { once: true });
      const queue = this.#groups.get(group);
      if (queue === undefined) this.#groups.set(group, [waiter]);
      else queue.push(waiter);
      this.#waiting += 1;
      this.#arm();
    });
  }

  #count(): void {
    const now = this.#clock.now();
    const earned = ((now - this.#countedAt) * this.#limit.rps) / 1000;
    this.#permits = Math.min(this.#limit.burst, this.#permits + earned);
    this.#countedAt = now;
  }

  /** How long it takes until there is a permit behind those for others. */
  #waitMs(others: number): number {
    return Math.max(0, ((others + 1 - this.#permits) / this.#limit.rps) * 1000);
  }

  /** How many turns come before that of a new waiter. */
  #ahead(group: string): number {
    const own = this.#groups.get(group)?.length ?? 0;
    let ahead = own;
    for (const [name, queue] of this.#groups) {
      if (name !== group) ahead += Math.min(queue.length, own + 1);
    }
    return ahead;
  }

  #remove(group: string, waiter: Waiter): void {
    const queue = this.#groups.get(group);
    const index = queue?.indexOf(waiter) ?? -1;
    if (queue === undefined || index === -1) return;
    queue.splice(index, 1);
    if (queue.length === 0) this.#groups.delete(group);
    this.#waiting -= 1;
    this.#arm();
  }

  /** Has the timer go off when the next waiter gets its permit. */
  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#waiting === 0) return;
    this.#cancelTimer = this.#clock.after(this.#waitMs(0), () => this.#serve());
  }

  #serve(): void {
    this.#count();
    while (this.#permits >= 1 - EPSILON) {
      const next = this.#groups.entries().next().value;
      if (next === undefined) break;
      const [group, queue] = next;
      const waiter = queue.shift();
      this.#groups.delete(group);
      if (queue.length > 0) this.#groups.set(group, queue);
      this.#waiting -= 1;
      this.#permits -= 1;
      waiter?.grant();
    }
    this.#arm();
  }
}
