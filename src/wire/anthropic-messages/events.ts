import { errorEnvelope, type GatewayError } from '../../core/errors.ts';
import type { AnthropicEvent } from '../../core/messages.ts';

const encoder = new TextEncoder();

/**
 * One server-sent event in Anthropic's framing. The `event:` line is mandatory: Anthropic's SDKs
 * drop frames that have only `data:`, and Claude Code then repeats the request without streaming.
 *
 * Deltas make up nearly all events of a stream, so they are written by template; the strings inside
 * go through `JSON.stringify`, which also escapes lone surrogates.
 */
export function encodeEvent(event: AnthropicEvent): string {
  if (event.type === 'content_block_delta') {
    const { delta, index } = event;
    if (delta.type === 'text_delta') {
      return deltaFrame(index, '"text_delta","text":', delta.text);
    }
    if (delta.type === 'input_json_delta') {
      return deltaFrame(index, '"input_json_delta","partial_json":', delta.partial_json);
    }
    if (delta.type === 'thinking_delta') {
      return deltaFrame(index, '"thinking_delta","thinking":', delta.thinking);
    }
  }
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function deltaFrame(index: number, head: string, text: string): string {
  return (
    `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},` +
    `"delta":{"type":${head}${JSON.stringify(text)}}}\n\n`
  );
}

/** All events as one chunk of bytes. */
export function encodeEvents(events: readonly AnthropicEvent[]): Uint8Array {
  let text = '';
  for (const event of events) text += encodeEvent(event);
  return encoder.encode(text);
}

/** A `ping` event: keeps connections and the client's own silence timers from closing. */
export const PING_BYTES: Uint8Array = encoder.encode(encodeEvent({ type: 'ping' }));

/** The event that ends a stream which can't be completed. */
export function encodeErrorEvent(error: GatewayError): Uint8Array {
  return encoder.encode(`event: error\ndata: ${JSON.stringify(errorEnvelope(error))}\n\n`);
}
