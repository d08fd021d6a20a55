import { GatewayError } from '../../core/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { Secret } from '../../lib/secret.ts';
import type { HttpContext } from '../context.ts';
import { toGatewayError } from '../error-response.ts';
import type { Admission } from './admission.ts';
import { readControlFrame } from './control-frame.ts';
import { errorFrame } from './error-frame.ts';
import { FrameWriter, type Peer } from './frame-writer.ts';
import { StreamCall, type Handshake } from './stream-call.ts';

/** How long a socket may be open without showing the token that the gateway wants. */
const AUTH_MS = 10_000;

/** How often a quiet socket is pinged: routers forget connections after about a minute. */
const PING_MS = 30_000;

/** A peer that has given no sign of life for this long, not even by taking data, is gone. */
const DEAD_AFTER_MS = 300_000;

/** Requests that may wait for those before them, and their length in all. */
const MAX_WAITING = 16;
const MAX_WAITING_CHARS = 33_554_432;

/** Close codes (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

/** How a socket came about. */
export interface SocketOrigin {
  readonly handshake: Handshake;
  readonly admission: Admission;
}

/** One connection of `WS /v1/stream`. Its requests are answered one after the other. */
export class StreamSocket {
  readonly #peer: Peer;
  readonly #origin: SocketOrigin;
  readonly #http: HttpContext;
  readonly #clock: Clock;
  readonly #writer: FrameWriter;
  readonly #waiting: string[] = [];
  #waitingChars = 0;
  #running: StreamCall | null = null;
  #leaving = false;
  #closed = false;
  #lastSignAt: number;
  #cancelPing: () => void = () => undefined;
  #cancelAuth: () => void = () => undefined;

  constructor(peer: Peer, origin: SocketOrigin, http: HttpContext, clock: Clock) {
    this.#peer = peer;
    this.#origin = origin;
    this.#http = http;
    this.#clock = clock;
    this.#writer = new FrameWriter(peer);
    this.#lastSignAt = clock.now();
    this.#schedulePing();
    if (!origin.admission.hasToken(http)) {
      this.#cancelAuth = clock.after(AUTH_MS, () => this.#isAdmitted());
    }
  }

  /** A frame came. */
  received(message: string | Uint8Array): void {
    this.signOfLife();
    if (typeof message !== 'string') {
      this.#tell(new GatewayError('malformed_request', 'Send text frames; this one is binary.'));
      return;
    }
    const control = readControlFrame(message);
    if (control?.type === 'auth') this.#authenticate(control.token);
    else if (control?.type === 'cancel') this.#running?.cancel();
    else this.#enqueue(message);
  }

  /** The reader took something of what waited for it. */
  drained(): void {
    this.signOfLife();
    this.#writer.drained();
  }

  signOfLife(): void {
    this.#lastSignAt = this.#clock.now();
  }

  /** The connection is gone: so are its calls. */
  closed(): void {
    this.#closed = true;
    this.#cancelPing();
    this.#cancelAuth();
    this.#forgetWaiting();
    this.#writer.closed();
    this.#running?.cancel();
  }

  /** The gateway ends: the call under way is finished, no other one is begun. */
  leave(): void {
    this.#leaving = true;
    this.#forgetWaiting();
    if (this.#running === null) this.#peer.close(GOING_AWAY, 'the gateway ends');
  }

  #authenticate(token: string): void {
    this.#origin.admission.show(new Secret(token));
    this.#isAdmitted();
  }

  /** Closes the socket where it may not be used. */
  #isAdmitted(): boolean {
    this.#cancelAuth();
    try {
      this.#origin.admission.check(this.#http);
      return true;
    } catch (error) {
      this.#tell(toGatewayError(error));
      this.#forgetWaiting();
      this.#peer.close(POLICY_VIOLATION, 'not admitted');
      return false;
    }
  }

  #enqueue(text: string): void {
    if (this.#leaving || !this.#isAdmitted()) return;
    const tooMany = this.#waiting.length >= MAX_WAITING;
    if (
      this.#running !== null &&
      (tooMany || this.#waitingChars + text.length > MAX_WAITING_CHARS)
    ) {
      this.#peer.close(POLICY_VIOLATION, 'too many requests wait');
      return;
    }
    this.#waiting.push(text);
    this.#waitingChars += text.length;
    if (this.#running === null) void this.#work();
  }

  async #work(): Promise<void> {
    for (let text = this.#next(); text !== undefined; text = this.#next()) {
      this.#running = new StreamCall();
      await this.#running.run(text, this.#origin.handshake, this.#http, this.#writer);
    }
    this.#running = null;
    if (this.#leaving && !this.#closed) this.#peer.close(GOING_AWAY, 'the gateway ends');
  }

  #next(): string | undefined {
    const text = this.#waiting.shift();
    this.#waitingChars -= text?.length ?? 0;
    return text;
  }

  #forgetWaiting(): void {
    this.#waiting.length = 0;
    this.#waitingChars = 0;
  }

  /** An error that belongs to no call. */
  #tell(error: GatewayError): void {
    void this.#writer.write([errorFrame(error)]);
  }

  #schedulePing(): void {
    this.#cancelPing = this.#clock.after(PING_MS, () => {
      if (this.#clock.now() - this.#lastSignAt > DEAD_AFTER_MS) {
        this.#peer.terminate();
        return;
      }
      // What is stalled takes no ping either.
      if (!this.#writer.isStalled) this.#peer.ping();
      this.#schedulePing();
    });
  }
}
