import { GatewayError } from '../../core/errors.ts';
import type { Usage } from '../../core/messages.ts';
import { encodeErrorEvent, encodeEvent } from '../anthropic-messages/events.ts';
import { SseParser, type ServerSentEvent } from '../sse.ts';
import type { StreamTransform } from '../wire-format.ts';
import type { ReplyContext } from './context.ts';
import { upstreamName } from '../errors/explain.ts';
import { asReplyError, errorFrom } from './errors.ts';
import { isObject } from '../json.ts';
import { ReplyMachine } from './reply-machine.ts';
import { wholeReplyEvents } from './whole-reply.ts';

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

/** A whole reply in place of a stream is kept up to this size. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * A stream of chat completion chunks as Anthropic events: one chunk of output for all events of one
 * chunk of input. A JSON body in place of events, which servers that ignore `stream` send under any
 * content type, is answered when it is whole.
 */
export class ChatStream implements StreamTransform {
  state: StreamTransform['state'] = 'waiting';
  error: GatewayError | null = null;
  readonly #context: ReplyContext;
  readonly #machine: ReplyMachine;
  readonly #parser = new SseParser();
  #form: 'unknown' | 'events' | 'body' = 'unknown';
  #body: Uint8Array[] = [];
  #bodyBytes = 0;

  constructor(context: ReplyContext) {
    this.#context = context;
    this.#machine = new ReplyMachine(context);
  }

  get usage(): Usage | null {
    return this.#machine.usage;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (this.state === 'failed' || this.state === 'finished') return NOTHING;
    if (this.#form === 'unknown') this.#form = formOf(chunk);
    return this.#guarded((write) => {
      if (this.#form === 'events') this.#events(this.#parser.push(chunk), write);
      else this.#keep(chunk);
    });
  }

  begin(): Uint8Array {
    if (this.state !== 'waiting' || !this.#machine.begun) return NOTHING;
    return this.#guarded((write) => {
      for (const event of this.#machine.begin()) write(encodeEvent(event));
    });
  }

  end(): Uint8Array {
    if (this.state === 'failed' || this.state === 'finished') return NOTHING;
    return this.#guarded((write) => {
      if (this.#form === 'body') {
        const body = Buffer.concat(this.#body);
        for (const event of wholeReplyEvents(body, this.#context, this.#machine)) {
          write(encodeEvent(event));
        }
        return;
      }
      this.#events(this.#parser.end(), write);
      for (const event of this.#machine.end()) write(encodeEvent(event));
    });
  }

  fail(error: GatewayError): Uint8Array {
    if (this.state === 'failed' || this.state === 'finished') return NOTHING;
    // The answer was complete; only its closing was lost.
    if (this.#machine.complete) return this.end();
    return this.#failed(error);
  }

  #events(events: readonly ServerSentEvent[], write: (text: string) => void): void {
    for (const { event, data } of events) {
      for (const one of this.#read(event, data)) write(encodeEvent(one));
      if (this.#machine.finished) return;
    }
  }

  #read(event: string, data: string): ReturnType<ReplyMachine['push']> {
    if (data.length < 10 && data.trim() === '[DONE]') return this.#machine.done();
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      // A keep-alive in some form of its own, or an event that was cut: then the end is missing too.
      if (event === 'error') throw errorFrom({ error: data }, this.#context);
      return [];
    }
    if (event === 'error') throw errorFrom(value, this.#context);
    return isObject(value) ? this.#machine.push(value) : [];
  }

  /** Collects what is written; a failure ends the stream with an `error` event behind it. */
  #guarded(work: (write: (text: string) => void) => void): Uint8Array {
    let text = '';
    try {
      work((piece) => {
        text += piece;
      });
    } catch (cause) {
      const written = encoder.encode(text);
      return Buffer.concat([written, this.#failed(asReplyError(cause, this.#context))]);
    }
    if (this.#machine.finished) this.state = 'finished';
    else if (this.#machine.started) this.state = 'open';
    return text === '' ? NOTHING : encoder.encode(text);
  }

  #failed(error: GatewayError): Uint8Array {
    this.state = 'failed';
    this.error = error;
    this.#body = [];
    return encodeErrorEvent(error);
  }

  #keep(chunk: Uint8Array): void {
    if (this.#form === 'unknown') return;
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > MAX_BODY_BYTES) {
      throw new GatewayError(
        'malformed_reply',
        `${upstreamName(this.#context.target)} sent a reply of more than 64 MB.`,
      );
    }
    this.#body.push(chunk.slice());
  }
}

/** Events start with a field's name or a colon; JSON and HTML don't. */
function formOf(chunk: Uint8Array): 'unknown' | 'events' | 'body' {
  for (const byte of chunk) {
    // White space and the byte order mark.
    if (byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    return byte === 0x7b || byte === 0x5b || byte === 0x3c ? 'body' : 'events';
  }
  return 'unknown';
}
