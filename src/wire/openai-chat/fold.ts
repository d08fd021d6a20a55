import type { AnthropicEvent } from '../../core/messages.ts';
import { parseArguments } from './arguments.ts';

type Fields = Record<string, unknown>;

/** The message that an event stream builds, as a reply to a request without `stream`. */
export function foldMessage(events: readonly AnthropicEvent[]): Fields {
  let message: Fields = {};
  const content: Fields[] = [];
  let json = '';
  for (const event of events) {
    switch (event.type) {
      case 'message_start':
        message = { ...event.message };
        break;
      case 'content_block_start':
        content.push({ ...event.content_block });
        json = '';
        break;
      case 'content_block_delta': {
        const block = content[event.index];
        const { delta } = event;
        if (block === undefined) break;
        if (delta.type === 'text_delta') block['text'] = String(block['text']) + delta.text;
        else if (delta.type === 'thinking_delta') {
          block['thinking'] = String(block['thinking']) + delta.thinking;
        } else if (delta.type === 'signature_delta') block['signature'] = delta.signature;
        else if (delta.type === 'input_json_delta') json += delta.partial_json;
        break;
      }
      case 'content_block_stop': {
        const block = content[event.index];
        if (block?.['type'] === 'tool_use' || block?.['type'] === 'server_tool_use') {
          block['input'] = parseArguments(json);
        }
        break;
      }
      case 'message_delta':
        message = { ...message, ...event.delta, usage: event.usage };
        break;
      case 'message_stop':
      case 'ping':
      case 'error':
        break;
    }
  }
  return { ...message, content };
}
