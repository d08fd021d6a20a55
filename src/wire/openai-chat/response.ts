import { encodeEvents } from '../anthropic-messages/events.ts';
import type { DecodedBody, ReplyDecoder } from '../wire-format.ts';
import type { EncodeContext } from './context.ts';
import { asReplyError } from './errors.ts';
import { foldMessage } from './fold.ts';
import { ReplyMachine } from './reply-machine.ts';
import type { StopSequences } from './request.ts';
import { ChatStream } from './stream.ts';
import { wholeReplyEvents } from './whole-reply.ts';

const encoder = new TextEncoder();

/** Decodes the reply to one request. */
export function replyDecoder(context: EncodeContext, stop: StopSequences): ReplyDecoder {
  const decode = (bytes: Uint8Array) => {
    const machine = new ReplyMachine(context, stop.here);
    try {
      return { events: wholeReplyEvents(bytes, context, machine), machine };
    } catch (cause) {
      throw asReplyError(cause, context);
    }
  };
  return {
    stream: () => new ChatStream(context, stop.here),
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
