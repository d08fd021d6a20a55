import { freshId, pieces, runs, type Part, type ReplyContent } from './reply.ts';

/** Replies and errors in the shapes that Anthropic's API documents. */

const USAGE = {
  input_tokens: 1523,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 1024,
};

const stopReason = (parts: readonly Part[]) =>
  parts.some((part) => part.type === 'tool') ? 'tool_use' : 'end_turn';

/** A whole message as JSON. */
export function anthropicMessage(reply: ReplyContent, model: string): object {
  return {
    id: freshId('msg_01'),
    type: 'message',
    role: 'assistant',
    model,
    content: reply.parts.map((part) =>
      part.type === 'text'
        ? { type: 'text', text: part.text }
        : { type: 'tool_use', id: freshId('toolu_01'), name: part.name, input: part.input },
    ),
    stop_reason: stopReason(reply.parts),
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 42 },
  };
}

const event = (data: { readonly type: string } & Record<string, unknown>) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

const partEvents = (part: Part, index: number): string[] => [
  event({
    type: 'content_block_start',
    index,
    content_block:
      part.type === 'text'
        ? { type: 'text', text: '' }
        : { type: 'tool_use', id: freshId('toolu_01'), name: part.name, input: {} },
  }),
  ...(part.type === 'text'
    ? pieces(part.text).map((piece) => ({ type: 'text_delta', text: piece }))
    : ['', ...runs(JSON.stringify(part.input), 11)].map((run) => ({
        type: 'input_json_delta',
        partial_json: run,
      }))
  ).map((delta) => event({ type: 'content_block_delta', index, delta })),
  event({ type: 'content_block_stop', index }),
];

/** The opening of a stream: `message_start` and the first `ping`. */
export const anthropicOpening = (model: string): string[] => [
  event({
    type: 'message_start',
    message: {
      id: freshId('msg_01'),
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...USAGE, output_tokens: 1 },
    },
  }),
  event({ type: 'ping' }),
];

/** Thinking whose text is left out, as Claude Code asks for it: a signature and nothing else. */
const thinkingEvents = (signature: string): string[] => [
  event({
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'thinking', thinking: '', signature: '' },
  }),
  event({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature } }),
  event({ type: 'content_block_stop', index: 0 }),
];

/** All events of a streamed message, one string each; with a signature, it thinks first. */
export function anthropicEvents(reply: ReplyContent, model: string, signature?: string): string[] {
  const before = signature === undefined ? 0 : 1;
  return [
    ...anthropicOpening(model),
    ...(signature === undefined ? [] : thinkingEvents(signature)),
    ...reply.parts.flatMap((part, index) => partEvents(part, index + before)),
    event({
      type: 'message_delta',
      delta: { stop_reason: stopReason(reply.parts), stop_sequence: null },
      usage: { output_tokens: 42 },
    }),
    event({ type: 'message_stop' }),
  ];
}

/** The start of a text block and a source of deltas that never ends. */
export function* anthropicEndless(model: string): Generator<string, never> {
  yield* anthropicOpening(model);
  yield event({
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'text', text: '' },
  });
  const delta = event({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: 'on and on '.repeat(200) },
  });
  for (;;) yield delta;
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const DEFAULT_MESSAGES: Readonly<Record<number, string>> = {
  401: 'invalid x-api-key',
  429: 'This request would exceed your rate limit',
  529: 'Overloaded',
};

/** An error body. */
export function anthropicError(status: number, message?: string): object {
  return {
    type: 'error',
    error: {
      type: ERROR_TYPES[status] ?? 'api_error',
      message: message ?? DEFAULT_MESSAGES[status] ?? `status ${status}`,
    },
    request_id: freshId('req_01'),
  };
}

/** An `error` event inside a stream. */
export const anthropicErrorEvent = (message: string): string =>
  event({ type: 'error', error: { type: 'overloaded_error', message } });
