import { pieces, type ReplyContent } from '../reply.ts';
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
import { firstOf, unpaired, unreadableArguments, type ChatVendor, type Json } from './vendor.ts';

const USAGE = {
  prompt_tokens: 2547,
  completion_tokens: 42,
  total_tokens: 2589,
  cost: 0.00123,
  prompt_tokens_details: { cached_tokens: 1024 },
  completion_tokens_details: { reasoning_tokens: 12 },
};

const PROCESSING = ': OPENROUTER PROCESSING\n\n';

const EFFORTS = new Set<unknown>(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

/** https://openrouter.ai/docs/api-reference/chat-completion and /docs/use-cases/reasoning-tokens */
function* complaints(request: Json): Generator<string | null> {
  const reasoning = (request['reasoning'] ?? {}) as Json;
  const { effort } = reasoning;
  if (effort !== undefined && !EFFORTS.has(effort)) {
    yield 'Invalid input: reasoning.effort';
  }
  if (effort !== undefined && reasoning['max_tokens'] !== undefined) {
    yield 'Only one of "reasoning.effort" and "reasoning.max_tokens" can be specified';
  }
  yield unpaired(request);
  yield unreadableArguments(request);
}

/**
 * OpenRouter with a model behind it that thinks behind a signature: comments while it waits,
 * `reasoning_details` that must come back unchanged, errors as chunks.
 */
export function openRouter(): ChatVendor {
  const memory = new Memory<readonly object[]>();
  const thoughtful = (reply: ReplyContent) => {
    const count = memory.next();
    const calls = callsOf(reply, (part, index) => `tool_${index}_${part.name}_${token(count, 16)}`);
    const thought = `**Thinking about it (${count})**\n\nIt is “simple”.`;
    const format = 'google-gemini-v1';
    const text = { type: 'reasoning.text', text: thought, format, index: 0 };
    const data = { id: token(count, 8), data: token(count, 60), format, index: 1 };
    const details = [text, { type: 'reasoning.encrypted', ...data }];
    memory.keep(calls, details);
    return { calls, thought, details };
  };
  const base = (request: Json) => ({
    id: 'gen-1760000000-AbCdEfGhIjKlMnOpQrSt',
    provider: 'Google',
    model: request['model'],
    created: CREATED,
  });
  return {
    preset: 'openrouter',
    model: 'google/gemini-3-pro-preview',
    damage: memory.damage,
    reject(request) {
      memory.compare(request, (message) => message.reasoning_details);
      return firstOf(complaints(request), (message) => ({
        status: 400,
        body: { error: { message, code: 400 }, user_id: 'user_2abcdefghijklmnopqrstuvwxyz' },
      }));
    },
    chunks(reply, request) {
      const { calls, thought, details } = thoughtful(reply);
      const chunk = chunkMaker({ ...base(request), object: 'chat.completion.chunk' });
      const [text, encrypted] = details;
      return [
        PROCESSING,
        PROCESSING,
        ...pieces(thought).map((piece) =>
          chunk({
            role: 'assistant',
            content: '',
            reasoning: piece,
            reasoning_details: [{ ...text, text: piece }],
          }),
        ),
        ...textDeltas(reply).map((delta) => chunk({ role: 'assistant', ...delta })),
        ...calls
          .flatMap(callDeltas)
          .map((call) => chunk({ role: 'assistant', content: null, tool_calls: [call] })),
        PROCESSING,
        chunk({ role: 'assistant', content: '', reasoning_details: [encrypted] }),
        chunk(
          { role: 'assistant', content: '' },
          finishOf(reply),
          {},
          { native_finish_reason: 'STOP' },
        ),
        frame({
          ...base(request),
          object: 'chat.completion.chunk',
          choices: [
            {
              index: 0,
              delta: { role: 'assistant', content: '' },
              finish_reason: null,
              native_finish_reason: null,
            },
          ],
          usage: USAGE,
        }),
        DONE,
      ];
    },
    whole(reply, request) {
      const { calls, thought, details } = thoughtful(reply);
      const message = {
        content: textOf(reply.parts),
        reasoning: thought,
        reasoning_details: details,
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
      };
      return completion(base(request), message, finishOf(reply), USAGE);
    },
    // https://openrouter.ai/docs/api-reference/errors, "mid-stream errors"
    errorFrame: (message) =>
      frame({
        id: 'gen-1760000000-AbCdEfGhIjKlMnOpQrSt',
        object: 'chat.completion.chunk',
        created: CREATED,
        model: 'google/gemini-3-pro-preview',
        provider: 'Google',
        error: { code: 502, message, metadata: { error_type: 'provider_unavailable' } },
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
      }),
  };
}
