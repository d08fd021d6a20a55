import type { Json, Rejection } from './chat-vendors/vendor.ts';
import type { ReplyContent } from './reply.ts';
import type { StrictAnthropic } from './strict-anthropic.ts';
import { anthropicEvents, anthropicMessage } from './vendor-anthropic.ts';

/** What the service rejects, in the words of vendors that did. */
const REJECTIONS: readonly (readonly [(request: Json) => boolean, string])[] = [
  [
    ({ messages }) => ((messages ?? []) as Json[]).some(({ role }) => role === 'system'),
    // MiniMax-AI/MiniMax-M2.7#43; Claude Code does not recover from these words by itself.
    'invalid params, chat content has invalid message role: system (2013)',
  ],
  [
    ({ context_management: edits }) => edits !== undefined,
    'unknown field `context_management`, expected one of `model`, `messages`, `max_tokens`',
  ],
  [
    ({ thinking }) => (thinking as Json | undefined)?.['type'] === 'adaptive',
    'thinking.type: unknown variant `adaptive`, expected `enabled` or `disabled`',
  ],
];

/**
 * A vendor of Anthropic's format with a model of its own, as they were before they knew Claude
 * Code's newest features. It checks one thing after the other, thinks, and signs that as it likes.
 */
export function thirdPartyAnthropic(): StrictAnthropic {
  let signed = 0;
  const sign = () => {
    signed += 1;
    return `third-party-${signed}`;
  };
  return {
    reject(request): Rejection | null {
      const message = REJECTIONS.find(([matches]) => matches(request))?.[1];
      if (message === undefined) return null;
      return {
        status: 400,
        body: { type: 'error', error: { type: 'bad_request_error', message } },
      };
    },
    chunks: (reply: ReplyContent, request) =>
      anthropicEvents(reply, String(request['model']), sign()),
    whole(reply: ReplyContent, request) {
      const message = anthropicMessage(reply, String(request['model'])) as { content: object[] };
      const thinking = { type: 'thinking', thinking: 'hm', signature: sign() };
      return { ...message, content: [thinking, ...message.content] };
    },
  };
}
