import type { CallSink } from './call-record.ts';

/** Together with {@link MAX_BYTES}: what is kept is small next to what a gateway works with. */
const MAX_BODIES = 20;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * The bodies of the last requests, in memory only, for the person who wants to send one again or
 * to report it. Nobody gets one who can't read the gateway's state folder.
 */
export class RecentBodies {
  /** The oldest first. */
  readonly #bodies = new Map<string, Uint8Array>();
  #bytes = 0;

  readonly sink: CallSink = ({ call }) => {
    if (call.endpoint !== 'messages' || call.body.byteLength > MAX_BYTES) return;
    this.#bodies.set(call.id, call.body);
    this.#bytes += call.body.byteLength;
    for (const [id, body] of this.#bodies) {
      if (this.#bodies.size <= MAX_BODIES && this.#bytes <= MAX_BYTES) break;
      this.#bodies.delete(id);
      this.#bytes -= body.byteLength;
    }
  };

  find(id: string): Uint8Array | undefined {
    return this.#bodies.get(id);
  }
}
