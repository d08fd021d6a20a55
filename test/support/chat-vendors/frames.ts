import { pieces, runs, type Part, type ReplyContent, type ToolPart } from '../reply.ts';
import type { ChatToolCall } from './vendor.ts';

/** What streams of all these vendors are made of. */

export const CREATED = 1_760_000_000;
export const DONE = 'data: [DONE]\n\n';

export const frame = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

/** Makes the chunks of one stream; `base` is in each of them. */
export function chunkMaker(base: object) {
  return (delta: object, finish: string | null = null, more: object = {}, inChoice: object = {}) =>
    frame({ ...base, choices: [{ index: 0, delta, finish_reason: finish, ...inChoice }], ...more });
}

export const textOf = (parts: readonly Part[]): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

const toolsIn = (parts: readonly Part[]): readonly ToolPart[] =>
  parts.filter((part) => part.type === 'tool');

/** The calls of a reply, each with an id of the vendor's kind. */
export const callsOf = (reply: ReplyContent, id: (part: ToolPart, index: number) => string) =>
  toolsIn(reply.parts).map((part, index): ChatToolCall => ({
    id: id(part, index),
    type: 'function',
    function: { name: part.name, arguments: JSON.stringify(part.input) },
  }));

export const textDeltas = (reply: ReplyContent): { content: string }[] =>
  pieces(textOf(reply.parts)).map((content) => ({ content }));

/** A call as OpenAI streams it: name and id first, then the arguments in pieces. */
export const callDeltas = (call: ChatToolCall, index: number): object[] => [
  {
    index,
    id: call.id,
    type: call.type,
    function: { name: call.function.name, arguments: '' },
  },
  ...runs(call.function.arguments, 11).map((run) => ({ index, function: { arguments: run } })),
];

/** Whole calls as one chunk has them. */
export const indexed = (
  calls: readonly ChatToolCall[],
  indexOf: (position: number) => number = (position) => position,
): object[] =>
  calls.map(({ id, type, function: fields }, position) => ({
    index: indexOf(position),
    id,
    type,
    function: fields,
  }));

export const finishOf = (reply: ReplyContent): string =>
  toolsIn(reply.parts).length > 0 ? 'tool_calls' : 'stop';

/** A whole completion. */
export function completion(
  base: object,
  message: object,
  finish: string,
  usage: object,
  inChoice: object = {},
): object {
  return {
    ...base,
    object: 'chat.completion',
    choices: [
      { index: 0, message: { role: 'assistant', ...message }, finish_reason: finish, ...inChoice },
    ],
    usage,
  };
}

/** Text that looks random and is the same in every run. */
export function token(seed: number, length: number, alphabet = LETTERS): string {
  let state = (seed + 1) * 2_654_435_761;
  let result = '';
  while (result.length < length) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    result += alphabet.charAt(state % alphabet.length);
  }
  return result;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
