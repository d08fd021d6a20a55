import type { ServerWebSocket } from 'bun';

/** What the server needs of a WebSocket connection. */
export type Peer = Pick<
  ServerWebSocket<unknown>,
  'send' | 'cork' | 'ping' | 'close' | 'terminate' | 'getBufferedAmount'
>;

/** What may wait in memory for a reader, besides what the system holds for the connection. */
const HIGH_WATER_BYTES = 65_536;

/**
 * Sends text frames no faster than they are taken, so that a slow reader loses none and costs no
 * memory. The connection's `drain` and `close` have to be handed on.
 */
export class FrameWriter {
  readonly #peer: Peer;
  #closed = false;
  /** Resolves at the next `drain`; `null`: nobody waits for it. */
  #drain: PromiseWithResolvers<void> | null = null;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Whether frames wait for the reader. */
  get isStalled(): boolean {
    return this.#drain !== null;
  }

  /**
   * Resolves when the frames are on their way and there is room for more.
   * @returns false: the connection is closed.
   */
  async write(frames: readonly string[]): Promise<boolean> {
    const peer = this.#peer;
    let next = 0;
    const sendSome = (): void => {
      for (; next < frames.length && this.#hasRoom(); next += 1) {
        // 0: nothing of it was taken, and it has to be sent again.
        if (peer.send(frames[next] ?? '') === 0) return;
      }
    };
    while (!this.#closed) {
      peer.cork(sendSome);
      if (next === frames.length && this.#hasRoom()) return true;
      this.#drain ??= Promise.withResolvers();
      await this.#drain.promise;
    }
    return false;
  }

  /** The reader took something. */
  drained(): void {
    this.#drain?.resolve();
    this.#drain = null;
  }

  closed(): void {
    this.#closed = true;
    this.drained();
  }

  #hasRoom(): boolean {
    return this.#peer.getBufferedAmount() <= HIGH_WATER_BYTES;
  }
}
