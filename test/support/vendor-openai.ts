import { freshId, pieces, runs, type Part, type ReplyContent, type ToolPart } from './reply.ts';

/** Replies and errors in the shapes that OpenAI documents for chat completions. */

const USAGE = {
  prompt_tokens: 2547,
  completion_tokens: 42,
  total_tokens: 2589,
  prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

const CREATED = 1_760_000_000;

const joinedText = (parts: readonly Part[]) =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

const finishReason = (parts: readonly Part[]) =>
  parts.some((part) => part.type === 'tool') ? 'tool_calls' : 'stop';

/** A whole completion as JSON. */
export function openAiCompletion(reply: ReplyContent, model: string): object {
  const spoken = joinedText(reply.parts);
  const calls = reply.parts.flatMap((part) =>
    part.type === 'tool'
      ? [
          {
            id: freshId('call_'),
            type: 'function',
            function: { name: part.name, arguments: JSON.stringify(part.input) },
          },
        ]
      : [],
  );
  return {
    id: freshId('chatcmpl-'),
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: spoken === '' ? null : spoken,
          refusal: null,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishReason(reply.parts),
      },
    ],
    usage: USAGE,
    system_fingerprint: 'fp_0123456789',
  };
}

/** Makes the chunks of one stream: the same id, time and model in each. */
function chunkMaker(model: string) {
  const base = {
    id: freshId('chatcmpl-'),
    object: 'chat.completion.chunk',
    created: CREATED,
    model,
    system_fingerprint: 'fp_0123456789',
  };
  const frame = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
  return {
    delta: (delta: object, finish: string | null = null) =>
      frame({
        ...base,
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
        usage: null,
      }),
    usage: () => frame({ ...base, choices: [], usage: USAGE }),
  };
}

/** A tool call in pieces: its name first, then its arguments a few characters at a time. */
function toolDeltas(part: ToolPart, index: number): object[] {
  const start = {
    index,
    id: freshId('call_'),
    type: 'function',
    function: { name: part.name, arguments: '' },
  };
  const rest = runs(JSON.stringify(part.input), 11).map((run) => ({
    index,
    function: { arguments: run },
  }));
  return [start, ...rest];
}

/** All frames of a streamed completion, `[DONE]` included; usage only where it was asked for. */
export function openAiChunks(reply: ReplyContent, model: string, includeUsage: boolean): string[] {
  const chunk = chunkMaker(model);
  const tools = reply.parts.filter((part) => part.type === 'tool');
  return [
    chunk.delta({ role: 'assistant', content: '', refusal: null }),
    ...pieces(joinedText(reply.parts)).map((piece) => chunk.delta({ content: piece })),
    ...tools.flatMap(toolDeltas).map((call) => chunk.delta({ tool_calls: [call] })),
    chunk.delta({}, finishReason(reply.parts)),
    ...(includeUsage ? [chunk.usage()] : []),
    'data: [DONE]\n\n',
  ];
}

/** The role chunk and a source of text that never ends. */
export function* openAiEndless(model: string): Generator<string, never> {
  const chunk = chunkMaker(model);
  yield chunk.delta({ role: 'assistant', content: '', refusal: null });
  yield chunk.delta({ content: 'It goes ' });
  const more = chunk.delta({ content: 'on and on '.repeat(200) });
  for (;;) yield more;
}

/** The opening of a stream: role and a first word. */
export const openAiOpening = (model: string): string[] => {
  const chunk = chunkMaker(model);
  return [
    chunk.delta({ role: 'assistant', content: '', refusal: null }),
    chunk.delta({ content: 'Well, ' }),
  ];
};

const ERRORS: Readonly<Record<number, { message: string; type: string; code: string | null }>> = {
  401: {
    message: 'Incorrect API key provided: sk-wr***ey.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  404: {
    message: 'The model does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  429: {
    message: 'Rate limit reached for requests',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
};

/** An error body. */
export function openAiError(status: number, message?: string): object {
  const known = ERRORS[status] ?? {
    message: 'The server had an error while processing your request',
    type: 'server_error',
    code: null,
  };
  return { error: { ...known, message: message ?? known.message, param: null } };
}

/** An error inside a stream, the way OpenAI-compatible servers send it. */
export const openAiErrorFrame = (message: string): string =>
  `data: ${JSON.stringify({ error: { message, type: 'server_error', code: 'server_error', param: null } })}\n\n`;
