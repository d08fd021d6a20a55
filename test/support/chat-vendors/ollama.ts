import { pieces, type ReplyContent } from '../reply.ts';
import {
  callsOf,
  chunkMaker,
  completion,
  CREATED,
  DONE,
  frame,
  indexed,
  textDeltas,
  textOf,
} from './frames.ts';
import {
  firstOf,
  messagesOf,
  partsOf,
  unpaired,
  unreadableArguments,
  type ChatVendor,
  type Json,
} from './vendor.ts';

const USAGE = { prompt_tokens: 2547, completion_tokens: 42, total_tokens: 2589 };

/** ollama/ollama, `openai/openai.go`: what it makes of messages. */
function* complaints(request: Json): Generator<string | null> {
  for (const message of messagesOf(request)) {
    const none = message.content === null || message.content === undefined;
    if (none && message.tool_calls === undefined) yield 'invalid message content type: <nil>';
    for (const part of partsOf(message, 'image_url')) {
      const { url } = part['image_url'] as { url: string };
      if (!/^data:image\/(?:jpeg|jpg|png|webp);base64,/u.test(url)) yield 'invalid image input';
    }
  }
  yield unreadableArguments(request);
  yield unpaired(request);
}

/**
 * Ollama: every call of a reply is whole, has the index 0 (vercel/ai#14277) and, in templates that
 * count nothing, the same id; the end is `stop`, whether tools were called or not (ollama#7963).
 */
export function ollama(): ChatVendor {
  const calls = (reply: ReplyContent) =>
    indexed(
      callsOf(reply, () => 'call_0'),
      () => 0,
    );
  const base = (request: Json) => ({
    id: 'chatcmpl-417',
    created: CREATED,
    model: request['model'],
    system_fingerprint: 'fp_ollama',
  });
  const thought = 'Okay, the user says something.';
  return {
    preset: 'ollama',
    model: 'qwen3-vl:8b',
    damage: [],
    reject: (request) =>
      firstOf(complaints(request), (message) => ({
        status: 400,
        body: { error: { message, type: 'invalid_request_error', param: null, code: null } },
      })),
    chunks(reply, request) {
      const chunk = chunkMaker({ ...base(request), object: 'chat.completion.chunk' });
      return [
        ...pieces(thought).map((piece) =>
          chunk({ role: 'assistant', content: '', reasoning: piece }),
        ),
        ...textDeltas(reply).map((delta) => chunk({ role: 'assistant', ...delta })),
        ...calls(reply).map((call) =>
          chunk({ role: 'assistant', content: '', tool_calls: [call] }),
        ),
        chunk({ role: 'assistant', content: '' }, 'stop'),
        frame({ ...base(request), object: 'chat.completion.chunk', choices: [], usage: USAGE }),
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
      return completion(base(request), message, 'stop', USAGE);
    },
  };
}
