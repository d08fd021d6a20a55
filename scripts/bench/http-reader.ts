/** What a reader tells about the message that it reads. */
export interface HttpHandler {
  /** @param startLine the request or status line. */
  head(startLine: string): void;
  /** A part of the body, without the framing of chunks; valid during the call only. */
  body(bytes: Buffer, from: number, to: number): void;
  end(): void;
}

type State = 'head' | 'length' | 'size' | 'chunk' | 'chunk-end' | 'trailer' | 'until-close';

const CR = 0x0d;
const NONE = Buffer.alloc(0);

/**
 * Reads HTTP/1.1 messages, one after the other, as far as a benchmark needs it: a body by
 * `content-length`, in chunks, or up to the end of the connection.
 */
export class HttpReader {
  readonly #handler: HttpHandler;
  readonly #bodyWithoutLength: boolean;
  #state: State = 'head';
  #left = 0;
  #held: Buffer = NONE;

  /** @param side what arrives here; only a response may have a body that ends by closing. */
  constructor(side: 'requests' | 'responses', handler: HttpHandler) {
    this.#handler = handler;
    this.#bodyWithoutLength = side === 'responses';
  }

  push(bytes: Buffer): void {
    const data = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#held = NONE;
    let at = 0;
    while (at < data.length) {
      const next = this.#step(data, at);
      if (next === -1) {
        this.#held = data.subarray(at);
        return;
      }
      at = next;
    }
  }

  /** The connection ended. */
  close(): void {
    if (this.#state === 'until-close') this.#finish();
  }

  /** @returns where to go on, or -1 where more bytes are needed. */
  #step(data: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#head(data, at);
      case 'length':
      case 'chunk':
        return this.#counted(data, at);
      case 'size':
        return this.#size(data, at);
      case 'chunk-end':
        if (data.length - at < 2) return -1;
        this.#state = 'size';
        return at + 2;
      case 'trailer': {
        const end = data.indexOf('\r\n', at);
        if (end === -1) return -1;
        if (end === at) this.#finish();
        return end + 2;
      }
      case 'until-close':
        break;
    }
    this.#handler.body(data, at, data.length);
    return data.length;
  }

  #head(data: Buffer, at: number): number {
    const end = data.indexOf('\r\n\r\n', at);
    if (end === -1) return -1;
    const head = data.toString('latin1', at, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#left = Number(length ?? 0);
    if (length !== undefined) this.#state = 'length';
    else if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.#state = 'size';
    else this.#state = this.#bodyWithoutLength ? 'until-close' : 'length';
    this.#handler.head(head.slice(0, head.indexOf('\r\n')));
    if (this.#state === 'length' && this.#left === 0) this.#finish();
    return end + 4;
  }

  #counted(data: Buffer, at: number): number {
    const end = Math.min(data.length, at + this.#left);
    this.#handler.body(data, at, end);
    this.#left -= end - at;
    if (this.#left === 0) {
      if (this.#state === 'length') this.#finish();
      else this.#state = 'chunk-end';
    }
    return end;
  }

  #size(data: Buffer, at: number): number {
    let size = 0;
    let end = at;
    for (; end < data.length && data[end] !== CR; end += 1) {
      size = size * 16 + hexDigit(data[end] ?? 0);
    }
    if (end + 1 >= data.length) return -1;
    this.#left = size;
    this.#state = size === 0 ? 'trailer' : 'chunk';
    return end + 2;
  }

  #finish(): void {
    this.#state = 'head';
    this.#handler.end();
  }
}

function hexDigit(byte: number): number {
  const value = byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
  if (value < 0 || value > 15) throw new Error('a chunk has no size');
  return value;
}
