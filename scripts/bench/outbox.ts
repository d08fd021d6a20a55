import type { Socket } from 'bun';

/** Writes to a socket in order, keeping what the kernel does not take yet. */
export class Outbox<Data> {
  readonly #socket: Socket<Data>;
  #rest: Uint8Array | null = null;
  #parts: Iterator<Uint8Array, unknown> | null = null;

  constructor(socket: Socket<Data>) {
    this.#socket = socket;
  }

  send(bytes: Uint8Array): void {
    if (this.#rest !== null) this.#rest = Buffer.concat([this.#rest, bytes]);
    else this.#write(bytes);
  }

  /** Sends each part with a write of its own, going on when the kernel takes bytes again. */
  sendEach(parts: Iterable<Uint8Array>): void {
    this.#parts = parts[Symbol.iterator]();
    this.#sendParts();
  }

  /** The kernel takes bytes again. */
  drain(): void {
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) this.#write(rest);
    this.#sendParts();
  }

  #sendParts(): void {
    while (this.#rest === null && this.#parts !== null) {
      const { done, value } = this.#parts.next();
      if (done === true) this.#parts = null;
      else this.#write(value);
    }
  }

  #write(bytes: Uint8Array): void {
    const written = this.#socket.write(bytes);
    if (written >= 0 && written < bytes.length) this.#rest = bytes.subarray(written);
  }
}
