import type { ReadableStreamDefaultReader } from 'node:stream/web';
import { SseParser, type ServerSentEvent } from '../wire/sse.ts';

/**
 * A reply as JSON texts, those of one chunk together: of each event, or of the whole message.
 */
export class ReplyEvents {
  readonly #whole: Uint8Array | null;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | null;
  readonly #parser = new SseParser();

  constructor(body: Uint8Array | ReadableStream<Uint8Array>) {
    this.#whole = body instanceof Uint8Array ? body : null;
    this.#reader = body instanceof Uint8Array ? null : body.getReader();
  }

  /** The reply is one message, not a stream. */
  get isWhole(): boolean {
    return this.#whole !== null;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string[]> {
    if (this.#whole !== null) yield [Buffer.from(this.#whole).toString('utf8')];
    if (this.#reader === null) return;
    for (;;) {
      const { done, value } = await this.#reader.read();
      yield (done ? this.#parser.end() : this.#parser.push(value)).flatMap(jsonOf);
      if (done) return;
    }
  }

  /** Nobody wants the rest: the upstream's connection is closed. */
  async cancel(): Promise<void> {
    await this.#reader?.cancel().catch(() => undefined);
  }
}

/** One JSON object; what else an upstream may send as data is none of Anthropic's events. */
const jsonOf = ({ data }: ServerSentEvent): string[] => (data.startsWith('{') ? [data] : []);
