import type { ReplyContent } from '../reply.ts';
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
  callsIn,
  messagesOf,
  toolsOf,
  unpaired,
  type ChatVendor,
  type Json,
  type Rejection,
} from './vendor.ts';

const USAGE = { prompt_tokens: 2547, completion_tokens: 42, total_tokens: 2589 };

/** https://docs.mistral.ai/api/#tag/chat; the body is closed, anything else is a 422. */
const FIELDS = new Set(
  `model temperature top_p max_tokens stream stop random_seed metadata messages response_format
  tools tool_choice presence_penalty frequency_penalty n prediction parallel_tool_calls prompt_mode
  reasoning_effort safe_prompt guardrails prompt_cache_key`.split(/\s+/u),
);
const MESSAGE_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  system: new Set(['role', 'content']),
  user: new Set(['role', 'content']),
  assistant: new Set(['role', 'content', 'tool_calls', 'prefix']),
  tool: new Set(['role', 'content', 'tool_call_id', 'name']),
};

/** Which role may follow which (error 3230). */
const MAY_FOLLOW: Readonly<Record<string, readonly string[]>> = {
  system: ['system', 'user', 'assistant'],
  user: ['user', 'assistant', 'system'],
  assistant: ['user', 'tool', 'system'],
  tool: ['tool', 'assistant'],
};

const rejected = (message: string, type: string, code: string | null): Rejection => ({
  status: 400,
  body: { object: 'error', message, type, param: null, code, raw_status_code: 400 },
});

const extra = (...loc: (string | number)[]): Rejection => ({
  status: 422,
  body: {
    object: 'error',
    message: {
      detail: [
        { type: 'extra_forbidden', loc, msg: 'Extra inputs are not permitted', input: null },
      ],
    },
    type: 'invalid_request_error',
    param: null,
    code: null,
  },
});

function reject(request: Json): Rejection | null {
  const odd = Object.keys(request).find((key) => !FIELDS.has(key));
  if (odd !== undefined) return extra('body', odd);
  const messages = messagesOf(request);
  for (const [index, message] of messages.entries()) {
    const known = MESSAGE_FIELDS[message.role];
    if (known === undefined) return extra('body', 'messages', index, 'role');
    const field = Object.keys(message).find((key) => !known.has(key));
    if (field !== undefined) return extra('body', 'messages', index, message.role, field);
    const next = messages[index + 1]?.role;
    if (next !== undefined && MAY_FOLLOW[message.role]?.includes(next) !== true) {
      return rejected(
        `Unexpected role '${next}' after role '${message.role}'`,
        'invalid_request_message_order',
        '3230',
      );
    }
    const empty = (message.content ?? '') === '';
    if (message.role === 'assistant' && empty && message.tool_calls === undefined) {
      return rejected(
        'Assistant message must have either content or tool_calls, but not none.',
        'invalid_request_assistant_message',
        '3240',
      );
    }
  }
  for (const { id } of callsIn(request)) {
    if (!/^[a-zA-Z0-9]{9}$/u.test(id)) {
      return rejected(
        `Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`,
        'invalid_function_call',
        '3280',
      );
    }
  }
  for (const { function: tool } of toolsOf(request)) {
    if (!/^[a-zA-Z0-9_-]{1,64}$/u.test(tool.name)) {
      return rejected(`Function name was ${tool.name} …`, 'invalid_function_call', '3270');
    }
  }
  const last = messages.at(-1);
  if (last?.role === 'assistant' && last.prefix !== true) {
    return rejected(
      'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
      'invalid_request_message_order',
      '3230',
    );
  }
  const lost = unpaired(request);
  return lost === null ? null : rejected(lost, 'invalid_request_message_order', '3230');
}

/** Mistral: nine-character ids, an order of roles of its own, a closed request. */
export function mistral(): ChatVendor {
  let count = 0;
  const calls = (reply: ReplyContent) => {
    count += 1;
    return callsOf(reply, (_, index) => token(count * 8 + index, 9));
  };
  const base = (request: Json) => ({
    id: '0aee2e0d5f4b4c6f9e4d1f1f2a3b4c5d',
    created: CREATED,
    model: request['model'],
  });
  return {
    preset: 'mistral',
    model: 'mistral-large-2512',
    damage: [],
    reject,
    chunks(reply, request) {
      const chunk = chunkMaker({ ...base(request), object: 'chat.completion.chunk' });
      const whole = indexed(calls(reply));
      // Calls and the end are one chunk, with the usage.
      const end = whole.length > 0 ? { content: '', tool_calls: whole } : { content: '' };
      return [
        chunk({ role: 'assistant', content: '' }),
        ...textDeltas(reply).map((delta) => chunk(delta)),
        chunk(end, finishOf(reply), { usage: USAGE, p: 'abcdefg' }),
        DONE,
      ];
    },
    whole(reply, request) {
      const whole = calls(reply);
      const message = {
        content: textOf(reply.parts),
        tool_calls: whole.length > 0 ? whole : null,
      };
      return completion(base(request), message, finishOf(reply), USAGE);
    },
  };
}
