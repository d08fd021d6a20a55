import { LRUCache } from 'lru-cache';

/** Counted in fifths of a retry: each call earns one, a retry costs five, fifteen can be saved. */
const EARNED_PER_CALL = 1;
const COST_OF_RETRY = 5;
const MOST_SAVED = 15;

/** Hosts beyond these are forgotten; a configuration has a few. */
const MAX_HOSTS = 1000;

/**
 * Keeps retries from making an outage worse: however many calls fail, a host gets at most 1.2 times
 * as many requests as there were calls, and 3 more.
 */
export class RetryBudget {
  readonly #saved = new LRUCache<string, number>({ max: MAX_HOSTS });

  /** A call goes to the host for the first time. */
  earn(host: string): void {
    const saved = this.#savedBy(host);
    if (saved < MOST_SAVED) this.#saved.set(host, Math.min(MOST_SAVED, saved + EARNED_PER_CALL));
  }

  /** @returns whether a retry may go out; it is paid for then. */
  spend(host: string): boolean {
    const saved = this.#savedBy(host);
    if (saved < COST_OF_RETRY) return false;
    this.#saved.set(host, saved - COST_OF_RETRY);
    return true;
  }

  #savedBy(host: string): number {
    return this.#saved.get(host) ?? MOST_SAVED;
  }
}
