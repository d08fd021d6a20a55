import type { Socket } from 'bun';
import { HttpReader } from './http-reader.ts';
import { Outbox } from './outbox.ts';
import { MARKER, sharedMicros, STAMP_DIGITS } from './scenarios.ts';

/** How much of a body's end is kept to see whether it is complete. */
const TAIL_BYTES = 96;

/** How much of an unexpected answer is quoted. */
const QUOTE_CHARS = 200;

/** What an answer must be to be counted. */
export interface Expected {
  readonly events: number;
  readonly stream: boolean;
}

/** One request and its answer, times in milliseconds of `performance.now()`. */
export interface Exchange {
  readonly startedAt: number;
  firstByteAt: number;
  endedAt: number;
  events: number;
  /** Why the answer does not count; `null`: it is right. */
  problem: string | null;
}

export interface ConnectionHooks {
  /** Microseconds between the upstream's write of an event and its arrival here. */
  readonly onDelay?: (micros: number) => void;
  /** Events of the exchange under way, after each arrival. */
  readonly onEvents?: (events: number) => void;
}

/** A kept-alive connection with one request at a time on it. */
export class ClientConnection {
  readonly #hooks: ConnectionHooks;
  readonly #reader: HttpReader;
  #socket: Socket<ClientConnection> | null = null;
  #outbox: Outbox<ClientConnection> | null = null;
  #exchange: Exchange | null = null;
  #settle: ((exchange: Exchange) => void) | null = null;
  #expected: Expected = { events: 0, stream: false };
  #status = 0;
  #tail: Buffer = Buffer.alloc(0);

  private constructor(hooks: ConnectionHooks) {
    this.#hooks = hooks;
    this.#reader = new HttpReader('responses', {
      head: (line) => {
        this.#status = Number(line.slice(9, 12));
      },
      body: (bytes, from, to) => this.#body(bytes, from, to),
      end: () => this.#finish(null),
    });
  }

  static async open(port: number, hooks: ConnectionHooks = {}): Promise<ClientConnection> {
    const connection = new ClientConnection(hooks);
    const socket = await Bun.connect<ClientConnection>({
      hostname: '127.0.0.1',
      port,
      data: connection,
      socket: {
        data: (_, bytes) => connection.#push(bytes),
        drain: () => connection.#outbox?.drain(),
        close: () => connection.#closed(),
        error: () => {},
      },
    });
    connection.#socket = socket;
    connection.#outbox = new Outbox(socket);
    return connection;
  }

  /** Sends a request and resolves when its answer is complete, right or wrong. Never rejects. */
  exchange(request: Uint8Array, expected: Expected): Promise<Exchange> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#expected = expected;
      this.#status = 0;
      this.#tail = Buffer.alloc(0);
      this.#exchange = {
        startedAt: performance.now(),
        firstByteAt: 0,
        endedAt: 0,
        events: 0,
        problem: null,
      };
      if (this.#outbox === null) this.#finish('the connection is closed');
      else this.#outbox.send(request);
    });
  }

  /** Leaves at once, as a client that is stopped does. */
  leave(): void {
    this.#socket?.terminate();
  }

  #push(bytes: Buffer): void {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#finish(String(error));
      this.leave();
    }
    if (this.#exchange !== null) this.#hooks.onEvents?.(this.#exchange.events);
  }

  #body(bytes: Buffer, from: number, to: number): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (exchange.firstByteAt === 0) exchange.firstByteAt = performance.now();
    for (let at = bytes.indexOf(MARKER, from); at !== -1 && at < to;) {
      exchange.events += 1;
      if (this.#hooks.onDelay !== undefined && at + STAMP_DIGITS < to) {
        const stamp = Number(bytes.toString('latin1', at + 1, at + 1 + STAMP_DIGITS));
        if (stamp > 0) this.#hooks.onDelay(sharedMicros() - stamp);
      }
      at = bytes.indexOf(MARKER, at + 1);
    }
    const piece = bytes.subarray(Math.max(from, to - TAIL_BYTES), to);
    this.#tail =
      piece.length === TAIL_BYTES || this.#tail.length === 0
        ? piece
        : Buffer.concat([this.#tail, piece]).subarray(-TAIL_BYTES);
  }

  #closed(): void {
    this.#outbox = null;
    this.#reader.close();
    this.#finish('the connection was closed before the end');
  }

  #finish(problem: string | null): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    exchange.endedAt = performance.now();
    exchange.problem = problem ?? this.#check(exchange);
    this.#exchange = null;
    this.#settle?.(exchange);
  }

  #check({ events }: Exchange): string | null {
    const tail = this.#tail.toString('utf8');
    const { stream, events: expected } = this.#expected;
    if (this.#status !== 200) return `status ${this.#status}: ${tail.slice(-QUOTE_CHARS)}`;
    if (events !== expected) return `${events} text events instead of ${expected}`;
    const complete = stream ? tail.includes('"message_stop"') : tail.trimEnd().endsWith('}');
    return complete ? null : `no end: …${tail}`;
  }
}
