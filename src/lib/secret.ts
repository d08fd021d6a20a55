import { inspect } from 'node:util';

/**
 * A value that must never be printed: an API key, a client's token, the gateway's own token.
 *
 * Interpolation, `JSON.stringify`, `console.log` and `inspect` all show `[secret]`. Only
 * {@link Secret.reveal} gives the value, so every place that handles one can be found by name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it only where the value is put on the wire or compared. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
