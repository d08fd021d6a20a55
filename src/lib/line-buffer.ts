import type { Clock } from './clock.ts';

/** How long a line may wait for others, in milliseconds. */
const FLUSH_AFTER_MS = 50;

/**
 * Gathers lines, so that a busy gateway puts many of them into words at once and makes one system
 * call for all. Whoever owns it flushes it at the end of the process.
 */
export class LineBuffer {
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  #lines: (() => string)[] = [];

  constructor(write: (text: string) => void, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  add(line: () => string): void {
    if (this.#lines.length === 0) this.#clock.after(FLUSH_AFTER_MS, () => this.flush());
    this.#lines.push(line);
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#write(lines.map((line) => line()).join(''));
  }
}
