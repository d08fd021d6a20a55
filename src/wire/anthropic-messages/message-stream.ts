import type { AnthropicEvent } from '../../core/messages.ts';
import { encodeEvent } from './events.ts';

/**
 * A whole message as the event stream that would have built it, for upstreams that answer a
 * streaming request with JSON.
 */
export function encodeMessageAsStream(message: Record<string, unknown>): Uint8Array {
  const content = Array.isArray(message['content']) ? (message['content'] as unknown[]) : [];
  const events: unknown[] = [
    {
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, stop_sequence: null },
    },
  ];
  content.forEach((block, index) => {
    const [start, ...deltas] = blockEvents(block as Record<string, unknown>);
    events.push({ type: 'content_block_start', index, content_block: start });
    for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
  });
  events.push(
    {
      type: 'message_delta',
      delta: {
        stop_reason: message['stop_reason'] ?? 'end_turn',
        stop_sequence: message['stop_sequence'] ?? null,
      },
      usage: message['usage'] ?? { output_tokens: 0 },
    },
    { type: 'message_stop' },
  );
  return Buffer.from(events.map((event) => encodeEvent(event as AnthropicEvent)).join(''), 'utf8');
}

/** The block as it stands in `content_block_start`, then its deltas. */
function blockEvents(block: Record<string, unknown>): Record<string, unknown>[] {
  switch (block['type']) {
    case 'text':
      return [
        { ...block, text: '' },
        { type: 'text_delta', text: block['text'] ?? '' },
      ];
    case 'thinking':
      return [
        { ...block, thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: block['thinking'] ?? '' },
        { type: 'signature_delta', signature: block['signature'] ?? '' },
      ];
    case 'tool_use':
    case 'server_tool_use':
      return [
        { ...block, input: {} },
        { type: 'input_json_delta', partial_json: JSON.stringify(block['input'] ?? {}) },
      ];
    default:
      return [block];
  }
}
