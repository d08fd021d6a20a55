import type OpenAI from 'openai';
import { z } from 'zod';

/**
 * OpenAI's request for chat completions, as strict as the API itself: the fields and shapes of the
 * `openai` package's types, and the rules between messages that no type can say.
 */

const name = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const textPart = z.strictObject({ type: z.literal('text'), text: z.string().min(1) });
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({
    url: z.string().regex(/^(?:data:image\/[a-z+]+;base64,[A-Za-z0-9+/=]+|https?:\/\/.+)$/),
    detail: z.enum(['auto', 'low', 'high', 'original']).optional(),
  }),
});
const filePart = z.strictObject({
  type: z.literal('file'),
  file: z.strictObject({
    filename: z.string().optional(),
    file_data: z.string().startsWith('data:').optional(),
    file_id: z.string().optional(),
  }),
});
const json = z.string().refine((text) => {
  JSON.parse(text);
  return true;
});
const toolCall = z.strictObject({
  id: z.string().min(1).max(40),
  type: z.literal('function'),
  function: z.strictObject({ name, arguments: json }),
});

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string().min(1) }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string().min(1), z.array(z.union([textPart, imagePart, filePart])).min(1)]),
  }),
  z
    .strictObject({
      role: z.literal('assistant'),
      content: z.string().nullable(),
      tool_calls: z.array(toolCall).min(1).optional(),
    })
    .refine((one) => Boolean(one.content) || one.tool_calls !== undefined, 'an empty message'),
  z.strictObject({
    role: z.literal('tool'),
    tool_call_id: z.string(),
    content: z.string().min(1),
  }),
]);

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name,
    description: z.string().optional(),
    parameters: z
      .looseObject({ type: z.literal('object'), properties: z.record(z.string(), z.unknown()) })
      .refine((schema) => !['anyOf', 'oneOf', 'allOf', '$schema'].some((key) => key in schema)),
    strict: z.boolean().optional(),
  }),
});

const request = z
  .strictObject({
    model: z.string().min(1),
    messages: z.array(message).min(1),
    stream: z.boolean(),
    stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
    max_tokens: z.int().min(1).optional(),
    max_completion_tokens: z.int().min(1).optional(),
    temperature: z.number().min(0).max(2).optional(),
    top_p: z.number().min(0).max(1).optional(),
    stop: z.array(z.string()).min(1).max(4).optional(),
    tools: z.array(tool).min(1).max(128).optional(),
    tool_choice: z
      .union([
        z.enum(['auto', 'none', 'required']),
        z.strictObject({ type: z.literal('function'), function: z.strictObject({ name }) }),
      ])
      .optional(),
    parallel_tool_calls: z.boolean().optional(),
    reasoning_effort: z
      .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
      .optional(),
    response_format: z
      .strictObject({
        type: z.literal('json_schema'),
        json_schema: z.strictObject({
          name,
          schema: z.record(z.string(), z.unknown()),
          strict: z.boolean(),
        }),
      })
      .optional(),
    prompt_cache_key: z.string().max(64).optional(),
  })
  .check((context) => {
    const value = context.value;
    const issue = (text: string) =>
      context.issues.push({ code: 'custom', message: text, input: value });
    if (value.tools === undefined && value.tool_choice !== undefined) {
      issue('tool_choice without tools');
    }
    if (value.stream_options !== undefined && !value.stream) issue('stream_options without stream');
    const names = (value.tools ?? []).map((one) => one.function.name);
    if (new Set(names).size < names.length) issue('a tool twice');
    checkOrder(value.messages, issue);
  });

type Message = z.infer<typeof message>;

/** Each call is answered once, directly behind it; `system` stands first; sides alternate. */
function checkOrder(messages: readonly Message[], issue: (text: string) => void): void {
  const seen = new Set<string>();
  let open = new Set<string>();
  let before: Message['role'] | null = null;
  for (const [index, one] of messages.entries()) {
    if (one.role === 'system' && index > 0) issue(`${index}: a late system message`);
    if (one.role === 'tool') {
      if (!open.delete(one.tool_call_id)) issue(`${index}: a result without a call`);
    } else if (open.size > 0) {
      issue(`${index}: calls without results: ${[...open].join(', ')}`);
      open = new Set();
    }
    if (one.role === before && one.role !== 'tool') issue(`${index}: ${one.role} twice in a row`);
    if (one.role === 'assistant') {
      for (const call of one.tool_calls ?? []) {
        if (seen.has(call.id)) issue(`${index}: the id ${call.id} twice`);
        seen.add(call.id);
        open.add(call.id);
      }
    }
    before = one.role;
  }
  if (open.size > 0) issue(`calls without results at the end: ${[...open].join(', ')}`);
  if (before === 'assistant') issue('the last message is the assistant’s');
}

/**
 * Holds a body against OpenAI's API. What it accepts is also accepted by the package's own types.
 *
 * @throws ZodError
 */
export function assertChatRequest(body: unknown): OpenAI.ChatCompletionCreateParams {
  return request.parse(body) satisfies ParsedRequest as OpenAI.ChatCompletionCreateParams;
}

type ParsedRequest = z.infer<typeof request>;
