import { GatewayError } from '../core/errors.ts';

/** One server-sent event (WHATWG HTML, section 9.2). */
export interface ServerSentEvent {
  /** The `event:` field, or an empty string. */
  readonly event: string;
  /** The `data:` lines, joined by line feeds. */
  readonly data: string;
}

/** A line without an end would be kept without bound; a real one is at most a few megabytes. */
const MAX_EVENT_CHARS = 32 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Reads server-sent events from bytes that are cut anywhere: inside of a character, of a line end
 * or of an event. Lines end in LF, CRLF or CR; a byte order mark, comments, `id:` and `retry:` are
 * dropped. Events without data don't come out.
 */
export class SseParser {
  readonly #decoder = new TextDecoder();
  /** Pieces of a line whose end has not come. Joined once, so that a long line costs no square. */
  #partial: string[] = [];
  #partialChars = 0;
  /** The last character was a CR: a LF that follows belongs to it. */
  #afterReturn = false;
  #event = '';
  #data: string | null = null;

  /**
   * @throws GatewayError `malformed_reply` where one event is larger than any real one.
   */
  push(chunk: Uint8Array): ServerSentEvent[] {
    return this.#read(this.#decoder.decode(chunk, { stream: true }));
  }

  /** The stream ended: an event that only lacks its empty line comes out too. */
  end(): ServerSentEvent[] {
    const events = this.#read(`${this.#decoder.decode()}\n\n`);
    this.#partial = [];
    return events;
  }

  #read(decoded: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    const text = this.#lineFeedsOnly(decoded);
    let start = 0;
    for (;;) {
      const end = text.indexOf('\n', start);
      if (end === -1) break;
      this.#line(this.#take(text, start, end), events);
      start = end + 1;
    }
    if (start < text.length) this.#keep(start === 0 ? text : text.slice(start));
    return events;
  }

  /** CRLF and CR become LF, also where a CRLF was cut in two. */
  #lineFeedsOnly(text: string): string {
    const rest = this.#afterReturn && text.charCodeAt(0) === LF ? text.slice(1) : text;
    if (text !== '') this.#afterReturn = text.charCodeAt(text.length - 1) === CR;
    return rest.includes('\r') ? rest.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : rest;
  }

  #keep(rest: string): void {
    this.#partialChars += rest.length;
    if (this.#partialChars > MAX_EVENT_CHARS) throw tooLarge();
    this.#partial.push(rest);
  }

  #take(text: string, start: number, end: number): string {
    const line = text.slice(start, end);
    if (this.#partial.length === 0) return line;
    this.#partial.push(line);
    const whole = this.#partial.join('');
    this.#partial = [];
    this.#partialChars = 0;
    return whole;
  }

  #line(line: string, events: ServerSentEvent[]): void {
    if (line === '') {
      if (this.#data !== null) events.push({ event: this.#event, data: this.#data });
      this.#data = null;
      this.#event = '';
    } else if (line.startsWith('data:')) {
      const value = fieldValue(line, 5);
      this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
      if (this.#data.length > MAX_EVENT_CHARS) throw tooLarge();
    } else if (line.startsWith('event:')) {
      this.#event = fieldValue(line, 6);
    } else if (line === 'data') {
      this.#data = this.#data === null ? '' : `${this.#data}\n`;
    }
  }
}

/** What follows the colon, without the one space that may come first. */
function fieldValue(line: string, from: number): string {
  return line.slice(line.charCodeAt(from) === SPACE ? from + 1 : from);
}

function tooLarge(): GatewayError {
  return new GatewayError('malformed_reply', 'The upstream sent an event of more than 32 MB.');
}
