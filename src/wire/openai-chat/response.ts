import { encodeEvents } from '../anthropic-messages/events.ts';
import type { DecodedBody, ReplyDecoder } from '../wire-format.ts';
import type { ReplyContext } from './context.ts';
import { asReplyError } from './errors.ts';
import { foldMessage } from './fold.ts';
import { ReplyMachine } from './reply-machine.ts';
import { ChatStream } from './stream.ts';
import { wholeReplyEvents } from './whole-reply.ts';

const encoder = new TextEncoder();

/** Decodes the reply to one request. */
export function replyDecoder(context: ReplyContext): ReplyDecoder {
  const decode = (bytes: Uint8Array) => {
    const machine = new ReplyMachine(context);
    try {
      return { events: wholeReplyEvents(bytes, context, machine), machine };
    } catch (cause) {
      throw asReplyError(cause, context);
    }
  };
  return {
    stream: () => new ChatStream(context),
    body(bytes): DecodedBody {
      const { events, machine } = decode(bytes);
      return { body: encoder.encode(JSON.stringify(foldMessage(events))), usage: machine.usage };
    },
    bodyAsStream(bytes): DecodedBody {
      const { events, machine } = decode(bytes);
      return { body: encodeEvents(events), usage: machine.usage };
    },
  };
}
