import type { Clock } from '../../src/lib/clock.ts';

/** A clock that stands until the test moves it. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  readonly now = (): number => this.#now;

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers wait; 0 means that nothing was left behind. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass, timers in their order, with a turn of the event loop behind each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.callback();
      await Bun.sleep(0);
    }
    this.#now = end;
    await Bun.sleep(0);
  }

  /** Lets time pass, a step at a time, until a promise is settled. */
  async until<Value>(promise: Promise<Value>, stepMs = 50): Promise<Value> {
    const state = { settled: false };
    const end = (): void => {
      state.settled = true;
    };
    promise.then(end, end);
    // What needs no time gets none.
    for (let turn = 0; turn < 20 && !state.settled; turn += 1) await Bun.sleep(0);
    for (let step = 0; step < 20_000 && !state.settled; step += 1) await this.advance(stepMs);
    if (!state.settled) throw new Error(`still waiting after ${this.#now} ms`);
    return promise;
  }
}
