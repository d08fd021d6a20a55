import { pieces } from '../reply.ts';
import {
  callDeltas,
  callsOf,
  chunkMaker,
  completion,
  CREATED,
  DONE,
  finishOf,
  frame,
  textDeltas,
  textOf,
  token,
} from './frames.ts';
import { Memory } from './memory.ts';
import {
  firstOf,
  messagesOf,
  partsOf,
  unpaired,
  unreadableArguments,
  type ChatVendor,
  type Json,
} from './vendor.ts';

const USAGE = {
  prompt_tokens: 2547,
  completion_tokens: 42,
  total_tokens: 2589,
  prompt_tokens_details: { cached_tokens: 1024 },
  prompt_cache_hit_tokens: 1024,
  prompt_cache_miss_tokens: 1523,
};

/**
 * https://api-docs.deepseek.com/guides/thinking_mode: thinking is on unless switched off, and then
 * every assistant message of a conversation with tools carries its reasoning
 * (openclaw/openclaw#73417: also those without calls).
 */
function* complaints(request: Json): Generator<string | null> {
  const messages = messagesOf(request);
  const thinking = (request['thinking'] as Json | undefined)?.['type'] !== 'disabled';
  if (!thinking && request['reasoning_effort'] !== undefined) {
    yield 'thinking options type cannot be disabled when reasoning_effort is set';
  }
  const choice = request['tool_choice'];
  if (thinking && choice !== undefined && choice !== 'auto' && choice !== 'none') {
    yield 'Thinking mode does not support this tool_choice';
  }
  const limit = Number(request['max_tokens'] ?? 1);
  if (limit < 1 || limit > 393_216) {
    yield 'Invalid max_tokens value, the valid range of max_tokens is [1, 393216]';
  }
  if (request['response_format'] !== undefined) {
    const { type } = request['response_format'] as { type: string };
    if (type === 'json_schema') yield 'This response_format type is unavailable now';
  }
  for (const [index, message] of messages.entries()) {
    if (partsOf(message, 'image_url').length > 0) {
      yield `Failed to deserialize the JSON body into the target type: messages[${index}]: unknown variant \`image_url\`, expected \`text\``;
    }
    if (
      thinking &&
      request['tools'] !== undefined &&
      message.role === 'assistant' &&
      typeof message.reasoning_content !== 'string'
    ) {
      yield 'The `reasoning_content` in the thinking mode must be passed back to the API.';
    }
  }
  yield unpaired(request);
  yield unreadableArguments(request);
}

/** DeepSeek with a thinking model. */
export function deepSeek(): ChatVendor {
  const memory = new Memory<string>();
  const thoughtful = (reply: Parameters<ChatVendor['chunks']>[0], request: Json) => {
    const count = memory.next();
    const calls = callsOf(reply, (_, index) => `call_0${index}_${token(count * 8 + index, 24)}`);
    const off = (request['thinking'] as Json | undefined)?.['type'] === 'disabled';
    const thought = off ? '' : `Thought ${count}: the user wants something, “let me see”.\n`;
    memory.keep(calls, thought);
    return { calls, thought };
  };
  const base = (request: Json) => ({
    id: '93c9a5c0-2b2b-4f55-9e8e-0d1a5f2d7c11',
    created: CREATED,
    model: request['model'],
    system_fingerprint: 'fp_ffc7281d48_prod0820_fp8_kvcache',
  });
  return {
    preset: 'deepseek',
    model: 'deepseek-v4-pro',
    damage: memory.damage,
    reject(request) {
      memory.compare(request, (message) => message.reasoning_content);
      return firstOf(complaints(request), (message) => ({
        status: 400,
        body: {
          error: {
            message,
            type: 'invalid_request_error',
            param: null,
            code: 'invalid_request_error',
          },
        },
      }));
    },
    chunks(reply, request) {
      const { calls, thought } = thoughtful(reply, request);
      const chunk = chunkMaker({ ...base(request), object: 'chat.completion.chunk' });
      return [
        ': keep-alive\n\n',
        chunk({ role: 'assistant', content: null, reasoning_content: '' }),
        ...pieces(thought).map((piece) => chunk({ content: null, reasoning_content: piece })),
        ...textDeltas(reply).map((delta) => chunk({ ...delta, reasoning_content: null })),
        ...calls.flatMap(callDeltas).map((call) => chunk({ tool_calls: [call] })),
        chunk({ content: '', reasoning_content: null }, finishOf(reply)),
        frame({ ...base(request), object: 'chat.completion.chunk', choices: [], usage: USAGE }),
        DONE,
      ];
    },
    whole(reply, request) {
      const { calls, thought } = thoughtful(reply, request);
      const message = {
        content: textOf(reply.parts),
        reasoning_content: thought,
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
      };
      return completion(base(request), message, finishOf(reply), USAGE);
    },
  };
}
