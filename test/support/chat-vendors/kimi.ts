import { pieces, type ReplyContent } from '../reply.ts';
import {
  callDeltas,
  callsOf,
  chunkMaker,
  completion,
  CREATED,
  DONE,
  finishOf,
  textDeltas,
  textOf,
} from './frames.ts';
import { Memory } from './memory.ts';
import { mfjsProblem } from './mfjs.ts';
import {
  callsIn,
  firstOf,
  messagesOf,
  partsOf,
  toolsOf,
  unpaired,
  unreadableArguments,
  type ChatVendor,
  type Json,
} from './vendor.ts';

const USAGE = {
  prompt_tokens: 2547,
  completion_tokens: 42,
  total_tokens: 2589,
  cached_tokens: 1024,
};

const FIXED = { temperature: 1, top_p: 0.95, n: 1, presence_penalty: 0, frequency_penalty: 0 };

/** https://platform.moonshot.ai/docs/api/chat, and the issues named in the lines. */
function* complaints(request: Json): Generator<string | null> {
  const thinking = (request['thinking'] as Json | undefined)?.['type'] !== 'disabled';
  for (const [name, only] of Object.entries(FIXED)) {
    const value = request[name];
    if (value !== undefined && value !== only) {
      yield `invalid ${name}: only ${only} is allowed for this model`;
    }
  }
  for (const { function: tool, type } of toolsOf(request)) {
    // https://platform.moonshot.ai/docs/guide/use-web-search
    if (type === 'builtin_function' && tool.name === '$web_search') {
      if (thinking) yield 'Invalid request: $web_search is incompatible with thinking enabled';
      continue;
    }
    // MoonshotAI/kimi-cli#1773
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/u.test(tool.name)) {
      yield 'Invalid request: function name is invalid, must start with a letter and can contain letters, numbers, underscores, and dashes';
    }
    if (tool.strict !== undefined) yield 'Invalid request: tools.function.strict is not supported';
    // MoonshotAI/kimi-cli#2531
    const problem = mfjsProblem(tool.parameters);
    if (problem !== null) {
      yield `Invalid request: tools.function.parameters is not a valid moonshot flavored json schema, details: <${problem}>`;
    }
  }
  const choice = request['tool_choice'];
  if (thinking && choice !== undefined && choice !== 'auto' && choice !== 'none') {
    yield "tool_choice 'specified' is incompatible with thinking enabled";
  }
  for (const [index, message] of messagesOf(request).entries()) {
    const empty =
      message.content === null || message.content === undefined || message.content === '';
    if (empty && message.tool_calls === undefined) {
      yield `Invalid request: the message at position ${index} with role '${message.role}' must not be empty`;
    }
    const images = partsOf(message, 'image_url').map((part) => part['image_url'] as Json);
    if (images.some(({ url }) => !String(url).startsWith('data:'))) {
      yield 'Invalid request: unsupported image url';
    }
    if (thinking && message.tool_calls !== undefined && !message.reasoning_content) {
      yield `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${index}`;
    }
  }
  yield unpaired(request);
  yield unreadableArguments(request);
}

/** Kimi with thinking on: ids that count the calls of a conversation, usage inside of the choice. */
export function kimi(): ChatVendor {
  const memory = new Memory<string>();
  const thoughtful = (reply: ReplyContent, request: Json) => {
    const before = callsIn(request).length;
    const calls = callsOf(reply, (part, index) => `functions.${part.name}:${before + index}`);
    const thought = `Moon thought ${memory.next()}: I should use what I have.`;
    memory.keep(calls, thought);
    return { calls, thought };
  };
  const base = (request: Json) => ({
    id: 'chatcmpl-68f0d2a7c3b1e4a5d6f70819',
    created: CREATED,
    model: request['model'],
  });
  return {
    preset: 'kimi',
    model: 'kimi-k2.6',
    damage: memory.damage,
    reject(request) {
      memory.compare(request, (message) => message.reasoning_content);
      return firstOf(complaints(request), (message) => ({
        status: 400,
        body: { error: { message, type: 'invalid_request_error' } },
      }));
    },
    chunks(reply, request) {
      const { calls, thought } = thoughtful(reply, request);
      const chunk = chunkMaker({ ...base(request), object: 'chat.completion.chunk' });
      return [
        chunk({ role: 'assistant', content: '' }),
        ...pieces(thought).map((piece) => chunk({ reasoning_content: piece })),
        ...textDeltas(reply).map((delta) => chunk(delta)),
        ...calls.flatMap(callDeltas).map((call) => chunk({ tool_calls: [call] })),
        chunk({}, finishOf(reply), {}, { usage: USAGE }),
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
