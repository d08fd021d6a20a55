import { pieces, type ReplyContent } from '../reply.ts';
import {
  callDeltas,
  callsOf,
  chunkMaker,
  completion,
  CREATED,
  DONE,
  finishOf,
  indexed,
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
};

const EFFORTS = new Set<unknown>(['low', 'medium', 'high', 'max', 'xhigh', 'none', 'minimal']);

/** https://docs.z.ai/api-reference/llm/chat-completion; error codes of its "Errors" page. */
function* complaints(request: Json): Generator<string | null> {
  const choice = request['tool_choice'];
  if (choice !== undefined && choice !== 'auto') yield 'tool_choice only supports auto';
  const stop = (request['stop'] ?? []) as unknown[];
  if (stop.length > 1) yield 'stop supports a single stop word';
  const effort = request['reasoning_effort'];
  if (effort !== undefined && !EFFORTS.has(effort)) yield 'reasoning_effort is invalid';
  const limit = Number(request['max_tokens'] ?? 1);
  if (limit < 1 || limit > 131_072) yield 'max_tokens is out of the valid range [1,131072]';
  for (const message of messagesOf(request)) {
    if (!['system', 'user', 'assistant', 'tool'].includes(message.role)) yield 'role is invalid';
    if (partsOf(message, 'image_url').length > 0)
      yield 'messages.content.type is invalid: image_url';
    if (message.role !== 'assistant' && (message.content ?? '') === '') {
      yield 'messages.content cannot be empty';
    }
  }
  const { type } = (request['response_format'] ?? { type: 'text' }) as { type: string };
  if (type !== 'text' && type !== 'json_object') yield 'response_format.type is invalid';
  yield unpaired(request);
  yield unreadableArguments(request);
}

/** GLM with preserved thinking; the arguments of calls come in one piece without `tool_stream`. */
export function glm(): ChatVendor {
  const memory = new Memory<string>();
  const thoughtful = (reply: ReplyContent) => {
    const count = memory.next();
    const calls = callsOf(
      reply,
      (_, index) => `call_-${token(count * 8 + index, 19, '0123456789')}`,
    );
    const thought = `\nGLM thought ${count}.`;
    memory.keep(calls, thought);
    return { calls, thought };
  };
  const base = (request: Json) => ({
    id: '20261018103015a1b2c3d4e5f6a7b8',
    created: CREATED,
    model: request['model'],
  });
  return {
    preset: 'glm',
    model: 'glm-5.1',
    damage: memory.damage,
    reject(request) {
      memory.compare(request, (message) => message.reasoning_content);
      return firstOf(complaints(request), (problem) => ({
        status: 400,
        body: { error: { code: '1210', message: `API 调用参数有误，请检查文档。${problem}` } },
      }));
    },
    chunks(reply, request) {
      const { calls, thought } = thoughtful(reply);
      const chunk = chunkMaker(base(request));
      const callFrames =
        request['tool_stream'] === true ? calls.flatMap(callDeltas) : indexed(calls);
      return [
        ...pieces(thought).map((piece) => chunk({ role: 'assistant', reasoning_content: piece })),
        ...textDeltas(reply).map((delta) => chunk({ role: 'assistant', ...delta })),
        ...callFrames.map((call) => chunk({ role: 'assistant', tool_calls: [call] })),
        chunk({ role: 'assistant', content: '' }, finishOf(reply), { usage: USAGE }),
        DONE,
      ];
    },
    whole(reply, request) {
      const { calls, thought } = thoughtful(reply);
      const message = {
        content: textOf(reply.parts),
        reasoning_content: thought,
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
      };
      return completion(base(request), message, finishOf(reply), USAGE);
    },
  };
}
