import type { AnthropicEvent } from '../../src/core/messages.ts';

type Fields = Record<string, unknown>;

/**
 * Reads an Anthropic event stream as strictly as Anthropic's SDK does: each frame is one `event:`
 * line and one `data:` line of JSON, the two name the same type, and nothing stands between.
 */
export function parseEvents(stream: string | Uint8Array): AnthropicEvent[] {
  const text = typeof stream === 'string' ? stream : new TextDecoder().decode(stream);
  if (text === '') return [];
  if (!text.endsWith('\n\n'))
    throw new Error(`the stream ends inside of an event: …${text.slice(-80)}`);
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((frame) => {
      const match = /^event: ([a-z_]+)\ndata: ([^\r\n]+)$/.exec(frame);
      if (match === null) throw new Error(`not an event: ${JSON.stringify(frame)}`);
      const [, name, data] = match;
      const event = JSON.parse(data ?? '') as AnthropicEvent;
      if (event.type !== name) throw new Error(`event: ${name} carries a ${event.type}`);
      return event;
    });
}

const DELTA_OF: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta', 'citations_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  tool_use: ['input_json_delta'],
  server_tool_use: ['input_json_delta'],
};

const START_OF: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  thinking: ['thinking', 'signature'],
};

/**
 * Holds a stream against the grammar of Anthropic's events: one `message_start`; blocks with
 * indices 0, 1, 2 …, one open at a time, each with one start and one stop and only its own kind of
 * delta between; one `message_delta` with all counts; one `message_stop`; nothing after. A stream
 * may end in an `error` event anywhere instead, and `ping` may stand anywhere.
 *
 * @throws Error that names the event.
 */
export function assertWellFormed(events: readonly AnthropicEvent[]): void {
  let phase: 'start' | 'blocks' | 'delta' | 'end' = 'start';
  let open: { index: number; type: string; signed: boolean } | null = null;
  let next = 0;
  const toolIds = new Set<unknown>();
  for (const [position, event] of events.entries()) {
    const fail = (what: string): never => {
      throw new Error(`event ${position} (${JSON.stringify(event)}): ${what}`);
    };
    if (phase === 'end') fail('after the end');
    switch (event.type) {
      case 'ping':
        break;
      case 'error':
        if (typeof event.error.message !== 'string' || event.error.type === undefined) {
          fail('an error without type or message');
        }
        phase = 'end';
        break;
      case 'message_start':
        if (phase !== 'start') fail('a second message_start');
        checkStart(event.message as unknown as Fields, fail);
        phase = 'blocks';
        break;
      case 'content_block_start': {
        if (phase !== 'blocks') fail('a block outside of the message');
        if (open !== null) fail(`block ${open.index} is still open`);
        if (event.index !== next) fail(`index ${event.index} where ${next} was due`);
        const block = event.content_block as unknown as Fields;
        for (const field of START_OF[String(block['type'])] ?? []) {
          if (block[field] !== '') fail(`${field} must start empty`);
        }
        if (block['type'] === 'tool_use') checkTool(block, toolIds, fail);
        open = { index: event.index, type: String(block['type']), signed: false };
        next += 1;
        break;
      }
      case 'content_block_delta': {
        if (open === null || open.index !== event.index) {
          fail('a delta outside of its block');
          break;
        }
        if (!DELTA_OF[open.type]?.includes(event.delta.type)) fail(`not a delta of ${open.type}`);
        if (open.signed) fail('a delta after the signature');
        open.signed = event.delta.type === 'signature_delta';
        break;
      }
      case 'content_block_stop':
        if (open?.index !== event.index) fail('a stop outside of its block');
        if (open?.type === 'thinking' && !open.signed) fail('thinking without a signature');
        open = null;
        break;
      case 'message_delta': {
        if (phase !== 'blocks') fail('message_delta out of order');
        if (open !== null) fail(`block ${open.index} is still open`);
        const usage = event.usage as unknown as Fields;
        for (const name of ['input_tokens', 'output_tokens']) {
          if (!Number.isInteger(usage[name])) fail(`usage.${name} is missing`);
        }
        if (typeof event.delta.stop_reason !== 'string') fail('no stop_reason');
        phase = 'delta';
        break;
      }
      case 'message_stop':
        if (phase !== 'delta') fail('message_stop without message_delta');
        phase = 'end';
        break;
    }
  }
  if (phase !== 'end') throw new Error(`the stream stops without an end (${phase})`);
}

function checkStart(message: Fields, fail: (what: string) => void): void {
  if (!/^msg_\w+$/.test(String(message['id']))) fail('not a message id');
  if (message['role'] !== 'assistant' || message['type'] !== 'message') fail('not a message');
  if (!Array.isArray(message['content']) || message['content'].length > 0)
    fail('content not empty');
  if (message['stop_reason'] !== null) fail('stop_reason too early');
  if (typeof message['usage'] !== 'object' || message['usage'] === null) fail('usage is missing');
  if (typeof message['model'] !== 'string') fail('model is missing');
}

function checkTool(block: Fields, ids: Set<unknown>, fail: (what: string) => void): void {
  const { id, name, input } = block;
  if (!/^[a-zA-Z0-9_-]+$/.test(String(id))) fail('not a tool id');
  if (ids.has(id)) fail('a tool id twice');
  ids.add(id);
  if (typeof name !== 'string' || name === '') fail('a tool without a name');
  if (JSON.stringify(input) !== '{}') fail('input must start empty');
}
