import { createHash } from 'node:crypto';
import type { EchoPlan } from './script.ts';

/** The plan as an Anthropic message. */
export function anthropicMessage(plan: EchoPlan, model: string): Record<string, unknown> {
  const seed = createHash('sha256')
    .update(JSON.stringify([plan, model]))
    .digest('hex');
  return {
    id: `msg_echo${seed.slice(0, 20)}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [
      ...(plan.thinking === ''
        ? []
        : [{ type: 'thinking', thinking: plan.thinking, signature: '' }]),
      ...(plan.text === '' ? [] : [{ type: 'text', text: plan.text }]),
      ...plan.toolCalls.map(({ name, input }, index) => ({
        type: 'tool_use',
        id: `toolu_echo${seed.slice(0, 12)}${index}`,
        name,
        input,
      })),
    ],
    stop_reason: plan.toolCalls.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: plan.inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: plan.outputTokens,
    },
  };
}

/** The events of the message's stream, one string each; text goes word by word. */
export function* anthropicEvents(plan: EchoPlan, model: string): Generator<string> {
  const message = anthropicMessage(plan, model);
  const blocks = message['content'] as Record<string, unknown>[];
  yield event('message_start', {
    message: {
      ...message,
      content: [],
      stop_reason: null,
      usage: { ...(message['usage'] as object), output_tokens: 0 },
    },
  });
  for (const [index, block] of blocks.entries()) {
    const { start, deltas } = pieces(block);
    yield event('content_block_start', { index, content_block: start });
    for (const delta of deltas) yield event('content_block_delta', { index, delta });
    yield event('content_block_stop', { index });
  }
  yield event('message_delta', {
    delta: { stop_reason: message['stop_reason'], stop_sequence: null },
    usage: message['usage'],
  });
  yield event('message_stop', {});
}

function pieces(block: Record<string, unknown>): { start: object; deltas: object[] } {
  switch (block['type']) {
    case 'thinking':
      return {
        start: { ...block, thinking: '' },
        deltas: [{ type: 'thinking_delta', thinking: block['thinking'] }],
      };
    case 'tool_use': {
      const json = JSON.stringify(block['input']);
      const middle = Math.ceil(json.length / 2);
      return {
        start: { ...block, input: {} },
        deltas: [json.slice(0, middle), json.slice(middle)].map((part) => ({
          type: 'input_json_delta',
          partial_json: part,
        })),
      };
    }
    default:
      return {
        start: { ...block, text: '' },
        deltas: words(String(block['text'])).map((text) => ({ type: 'text_delta', text })),
      };
  }
}

/** Pieces that together give the text again, a word and the space behind it each. */
export function words(text: string): string[] {
  return text.match(/\S*\s*/g)?.filter((word) => word !== '') ?? [];
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}
