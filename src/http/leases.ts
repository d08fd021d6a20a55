import type { Clock } from '../lib/clock.ts';

/** How long an ephemeral gateway waits for its first session, in milliseconds. */
const FIRST_LEASE_MS = 15_000;

/** How long it stays after its last session has ended, for the next one. */
const LINGER_MS = 2_000;

const KEEP_ALIVE = Buffer.from(': attached\n\n');

/**
 * Who needs the gateway. A lease is an open connection, so it ends with the process that holds it,
 * however that dies. A gateway that a session started ends when nobody needs it any more.
 */
export class Leases {
  readonly #clock: Clock;
  #onIdle: (() => void) | null;
  readonly #open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #cancelTimer: (() => void) | null = null;

  /** @param onIdle called when nobody needs the gateway; `null`: it stays until it is stopped. */
  constructor(clock: Clock, onIdle: (() => void) | null) {
    this.#clock = clock;
    this.#onIdle = onIdle;
    this.#startTimer(FIRST_LEASE_MS);
  }

  get count(): number {
    return this.#open.size;
  }

  /** Whether the gateway ends with its last session. */
  get endsWithLast(): boolean {
    return this.#onIdle !== null;
  }

  /** From now on the gateway stays until it is stopped, whoever needs it. */
  stay(): void {
    this.#onIdle = null;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  /** A stream that holds a lease until the other side closes it. */
  open(): ReadableStream<Uint8Array> {
    let lease: ReadableStreamDefaultController<Uint8Array> | null = null;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        lease = controller;
        this.#open.add(controller);
        controller.enqueue(KEEP_ALIVE);
      },
      cancel: () => {
        if (lease !== null && this.#open.delete(lease) && this.#open.size === 0) {
          this.#startTimer(LINGER_MS);
        }
      },
    });
  }

  /** The gateway ends: the sessions are told by the end of their streams. */
  closeAll(): void {
    for (const lease of this.#open) lease.close();
    this.#open.clear();
  }

  #startTimer(delayMs: number): void {
    const onIdle = this.#onIdle;
    if (onIdle !== null) this.#cancelTimer = this.#clock.after(delayMs, onIdle);
  }
}
