import { GatewayError } from '../../core/errors.ts';
import { ReplyEvents } from '../../gateway/reply-events.ts';
import { randomId } from '../../lib/id.ts';
import { answer, makeCall, type CallParts } from '../call.ts';
import type { HttpContext } from '../context.ts';
import { toGatewayError } from '../error-response.ts';
import { errorFrame } from './error-frame.ts';
import type { FrameWriter } from './frame-writer.ts';
import { requestBody } from './request-frame.ts';

/** What the handshake said that all calls of a socket share. */
export type Handshake = Pick<CallParts, 'query' | 'headers' | 'credential' | 'client'>;

/**
 * One request of a socket. Its answer ends with exactly one of `message_stop`, `error`,
 * `canceled`, or a whole `message`, unless the socket is closed before.
 */
export class StreamCall {
  readonly id = randomId('req_');
  readonly #abort = new AbortController();
  #events: ReplyEvents | null = null;
  #canceled = false;
  #ended = false;

  /** Resolves when the answer has ended, whatever came of it. */
  async run(
    text: string,
    handshake: Handshake,
    http: HttpContext,
    writer: FrameWriter,
  ): Promise<void> {
    try {
      const { signal } = this.#abort;
      const body = requestBody(text);
      const call = makeCall({ ...handshake, id: this.id, endpoint: 'messages', body, signal });
      const reply = await answer(call, http);
      this.#events = new ReplyEvents(reply.body);
      if (this.#canceled) await this.#events.cancel();
      await this.#forward(this.#events, writer);
    } catch (thrown) {
      const error = toGatewayError(thrown);
      if (error.kind === 'internal') http.log.error(`${this.id} ${String(error.cause)}`);
      if (!this.#canceled) await this.#end(writer, errorFrame(error, this.id));
    }
    if (this.#canceled) {
      await this.#end(writer, JSON.stringify({ type: 'canceled', request_id: this.id }));
    }
  }

  /** Gives the call up, upstream included. Nothing happens where its answer has ended. */
  cancel(): void {
    this.#canceled = true;
    if (this.#events === null) this.#abort.abort(new GatewayError('client_gone', 'Canceled.'));
    else void this.#events.cancel();
  }

  async #forward(events: ReplyEvents, writer: FrameWriter): Promise<void> {
    for await (const frames of events) {
      if (this.#canceled) return;
      this.#ended ||= events.isWhole || isLast(frames.at(-1) ?? '');
      if (!(await writer.write(frames))) this.cancel();
    }
  }

  async #end(writer: FrameWriter, frame: string): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await writer.write([frame]);
  }
}

/** Whether nothing of this answer follows. Anthropic's events begin with their type. */
function isLast(frame: string): boolean {
  return /^\s*\{\s*"type"\s*:\s*"(?:message_stop|error)"/.test(frame.slice(0, 64));
}
