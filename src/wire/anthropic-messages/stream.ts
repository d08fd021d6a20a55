import { GatewayError } from '../../core/errors.ts';
import type { Usage } from '../../core/messages.ts';
import { asBuffer } from '../../lib/bytes.ts';
import type { ErrorContext } from '../errors/context.ts';
import { upstreamName } from '../errors/explain.ts';
import type { StreamTransform } from '../wire-format.ts';
import { errorFromBody } from './errors.ts';
import { encodeErrorEvent } from './events.ts';
import { UsageMeter } from './usage.ts';

const NOTHING = new Uint8Array(0);
const EVENT_END = Buffer.from('\n\n');
const DATA = Buffer.from('data:');
const LF = 0x0a;
const CR = 0x0d;

/**
 * An event that never ends would be held back without bound; a real one is at most a few MB (a
 * tool's whole input).
 */
const MAX_EVENT_BYTES = 33_554_432;

/**
 * Passes an Anthropic event stream on byte by byte. It holds back only what the client could not
 * use yet: comments and pings before the first real event, and an event whose end has not come.
 *
 * A stream is complete when `message_stop` came, not when the connection ends: a connection that
 * ends by closing looks the same when it was cut (RFC 9112, section 6.3).
 */
export class PassthroughStream implements StreamTransform {
  state: StreamTransform['state'] = 'waiting';
  error: GatewayError | null = null;
  readonly #context: ErrorContext;
  readonly #meter = new UsageMeter();
  /** Bytes of an event, or before the first event, that were not given out yet. */
  #held: Buffer = Buffer.alloc(0);
  /** The last bytes given out that hold an event with data; read at the end only. */
  #lastData: Buffer = Buffer.alloc(0);

  constructor(context: ErrorContext) {
    this.#context = context;
  }

  get usage(): Usage | null {
    return this.#meter.usage;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (this.state === 'failed' || this.state === 'finished') return NOTHING;
    const bytes = asBuffer(chunk);
    if (this.#held.length === 0 && this.state === 'open' && endsEvent(bytes)) {
      return this.#give(bytes);
    }
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const cut = lastEventEnd(all, this.#held.length);
    this.#held = all.subarray(cut);
    if (this.#held.length > MAX_EVENT_BYTES) {
      return this.fail(
        new GatewayError(
          'malformed_reply',
          `${this.#name()} sent an event of more than ${MAX_EVENT_BYTES} bytes.`,
        ),
      );
    }
    const whole = all.subarray(0, cut);
    return this.state === 'waiting' ? this.#open(whole, all) : this.#give(whole);
  }

  /** The first event is the upstream's own, and the opening. */
  begin(): Uint8Array {
    return NOTHING;
  }

  end(): Uint8Array {
    if (this.state === 'failed' || this.state === 'finished') return NOTHING;
    // The last event may lack its empty line; one that was cut is of no use to the client.
    const rest = this.#held.length === 0 ? NOTHING : Buffer.concat([this.#held, EVENT_END]);
    if (this.state === 'waiting') {
      this.#open(asBuffer(rest), this.#held);
      if (this.#state() === 'failed') return NOTHING;
    }
    if (endsMessage(asBuffer(rest)) || (this.state === 'open' && endsMessage(this.#lastData))) {
      this.state = 'finished';
      return rest;
    }
    return this.fail(
      new GatewayError(
        'truncated_reply',
        `${this.#name()} closed the stream before the answer was complete.`,
      ),
    );
  }

  fail(error: GatewayError): Uint8Array {
    if (this.state === 'failed' || this.state === 'finished') return NOTHING;
    this.#held = Buffer.alloc(0);
    if (endsMessage(this.#lastData)) {
      this.state = 'finished';
      return NOTHING;
    }
    this.state = 'failed';
    this.error = error;
    return encodeErrorEvent(error);
  }

  /** Nothing was given out yet: looks whether a real event is there, and which. */
  #open(whole: Buffer, all: Buffer): Uint8Array {
    for (const frame of frames(whole)) {
      const name = /^event: ?(.*)$/m.exec(frame)?.[1]?.trim();
      const data = /^data: ?(.*)$/m.exec(frame)?.[1];
      if (name === 'ping' || data === undefined || /^\{\s*"type"\s*:\s*"ping"/.test(data)) continue;
      if (name === 'error' || /^\{\s*"type"\s*:\s*"error"/.test(data)) {
        this.state = 'failed';
        this.error = errorFromBody(Buffer.from(data, 'utf8'), this.#context);
        return NOTHING;
      }
      this.state = 'open';
      return this.#give(whole);
    }
    this.#held = all;
    return NOTHING;
  }

  #give(whole: Buffer): Uint8Array {
    if (whole.includes(DATA)) this.#lastData = whole;
    this.#meter.read(whole);
    return whole;
  }

  /** The state as it is after a call that may have changed it. */
  #state(): StreamTransform['state'] {
    return this.state;
  }

  #name(): string {
    return upstreamName(this.#context.target);
  }
}

function* frames(bytes: Buffer): Generator<string> {
  for (const frame of bytes.toString('utf8').split(/\r\n\r\n|\n\n|\r\r/)) {
    if (frame.trim() !== '') yield frame;
  }
}

/** An empty line ends an event (WHATWG HTML, section 9.2.6); lines end in LF, CRLF or CR. */
function endsEvent(bytes: Buffer): boolean {
  return isEventEnd(bytes, bytes.length);
}

function isEventEnd(bytes: Buffer, end: number): boolean {
  const last = bytes[end - 1];
  if (last === LF) {
    const before = bytes[end - 2];
    return before === LF || (before === CR && bytes[end - 3] === LF);
  }
  return last === CR && bytes[end - 2] === CR;
}

/**
 * Offset behind the last whole event, 0 if there is none.
 * @param known how many bytes at the start are known to hold no event's end.
 */
function lastEventEnd(bytes: Buffer, known: number): number {
  for (let end = bytes.length; end > known; end -= 1) {
    if (isEventEnd(bytes, end)) return end;
  }
  return 0;
}

/** Whether the last event in the bytes is one that ends an answer: `message_stop` or `error`. */
function endsMessage(bytes: Buffer): boolean {
  const tail = bytes.subarray(Math.max(0, bytes.length - 8192)).toString('latin1');
  const last = tail.split(/\r\n\r\n|\n\n|\r\r/).findLast((frame) => /^data:/m.test(frame));
  if (last === undefined) return false;
  if (/^event: ?error\s*$/m.test(last)) return true;
  return /^data: ?\{.*"type"\s*:\s*"(message_stop|error)".*\}\s*$/m.test(last);
}
