import { pieces, type ReplyContent } from '../reply.ts';
import {
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
import {
  firstOf,
  messagesOf,
  toolsOf,
  unpaired,
  type ChatMessage,
  type ChatVendor,
  type Json,
} from './vendor.ts';

const USAGE = {
  queue_time: 0.26,
  prompt_tokens: 2547,
  prompt_time: 0.09,
  completion_tokens: 42,
  completion_time: 0.08,
  total_tokens: 2589,
  total_time: 0.17,
  prompt_tokens_details: { cached_tokens: 1024 },
};

const EFFORTS = new Set<unknown>([undefined, 'low', 'medium', 'high']);

/** https://console.groq.com/docs/api-reference#chat-create; anything else is a 400. */
const FIELDS = new Set(
  `citation_options compound_custom disable_tool_validation documents exclude_domains
  frequency_penalty function_call functions include_domains include_reasoning logit_bias logprobs
  max_completion_tokens max_tokens messages metadata model n parallel_tool_calls presence_penalty
  reasoning_effort reasoning_format response_format search_settings seed service_tier stop store
  stream stream_options temperature tool_choice tools top_logprobs top_p user`.split(/\s+/u),
);
const MESSAGE_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  system: new Set(['role', 'content', 'name']),
  user: new Set(['role', 'content', 'name']),
  assistant: new Set(['role', 'content', 'name', 'tool_calls', 'function_call', 'reasoning']),
  tool: new Set(['role', 'content', 'tool_call_id', 'name']),
};

function messageProblem(message: ChatMessage, index: number): string | null {
  const at = `messages.${index}`;
  const known = MESSAGE_FIELDS[message.role];
  const what = (problem: string) =>
    `'${at}' : for 'role:${message.role}' the following must be satisfied[('${at}' : ${problem})]`;
  if (known === undefined) return `'${at}' : discriminator property 'role' has invalid value`;
  const odd = Object.keys(message).find((key) => !known.has(key));
  if (odd !== undefined) return what(`property '${odd}' is unsupported`);
  // This model reads text only.
  if (typeof message.content === 'string') return null;
  if (message.role === 'assistant' && message.tool_calls !== undefined) return null;
  return `${at}.content must be a string`;
}

function* complaints(request: Json): Generator<string | null> {
  for (const key of Object.keys(request)) {
    if (!FIELDS.has(key)) yield `property '${key}' is unsupported`;
  }
  if (!EFFORTS.has(request['reasoning_effort'])) {
    yield '`reasoning_effort` must be one of `low`, `medium`, or `high`';
  }
  const limit = Number(request['max_completion_tokens'] ?? 1);
  if (limit > 65_536) {
    yield '`max_completion_tokens` must be less than or equal to `65536`, the maximum value for `max_completion_tokens` is less than the `context_window` for this model';
  }
  // https://console.groq.com/docs/structured-outputs, "limitations"
  if (request['response_format'] !== undefined) {
    if (request['stream'] === true) yield 'response_format does not support streaming';
    if (toolsOf(request).length > 0)
      yield 'json mode cannot be combined with tool/function calling';
  }
  if (toolsOf(request).length > 128) yield "'tools' : maximum number of items is 128";
  for (const [index, message] of messagesOf(request).entries())
    yield messageProblem(message, index);
  yield unpaired(request);
}

/** Groq with gpt-oss: strict about every field, whole calls in one chunk, usage in `x_groq`. */
export function groq(): ChatVendor {
  let count = 0;
  const calls = (reply: ReplyContent) => {
    count += 1;
    return callsOf(reply, (_, index) => `fc_${token(count * 8 + index, 24)}`);
  };
  const base = (request: Json) => ({
    id: 'chatcmpl-3f2b1e8e-3a41-4a3c-9e5c-11f0c2d4a6b8',
    created: CREATED,
    model: request['model'],
    system_fingerprint: 'fp_213ac930b1',
  });
  const thought = 'The user asks; I answer.';
  return {
    preset: 'groq',
    model: 'openai/gpt-oss-120b',
    damage: [],
    reject: (request) =>
      firstOf(complaints(request), (message) => ({
        status: 400,
        body: { error: { message, type: 'invalid_request_error' } },
      })),
    chunks(reply, request) {
      const chunk = chunkMaker({ ...base(request), object: 'chat.completion.chunk' });
      const id = 'req_01k7abcdefghjkmnpqrstvwxyz';
      const whole = indexed(calls(reply));
      return [
        chunk({ role: 'assistant', content: '' }, null, { x_groq: { id } }),
        ...pieces(thought).map((piece) => chunk({ reasoning: piece, channel: 'analysis' })),
        ...textDeltas(reply).map((delta) => chunk(delta)),
        ...(whole.length > 0 ? [chunk({ tool_calls: whole })] : []),
        chunk({}, finishOf(reply), { x_groq: { id, usage: USAGE } }),
        DONE,
      ];
    },
    whole(reply, request) {
      const whole = calls(reply);
      const message = {
        content: textOf(reply.parts),
        reasoning: thought,
        ...(whole.length > 0 ? { tool_calls: whole } : {}),
      };
      return completion(base(request), message, finishOf(reply), USAGE);
    },
  };
}
