/** Time as the program sees it; tests put their own in its place. */
export interface Clock {
  /** Milliseconds since some moment; it never goes back. */
  readonly now: () => number;
  /**
   * Calls back once after `delayMs`. Delays beyond what a timer can hold (2^31-1 ms, about 24
   * days) wait that long instead of firing at once.
   * @returns a function that cancels the timer.
   */
  after(delayMs: number, callback: () => void): () => void;
}

const MAX_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
