import type { JsonNode } from '../json-node.ts';
import type { RepairRule } from '../repairs/repair.ts';
import { blocksOf, messagesOf, typeOf } from './blocks.ts';

/** `messages.3.content.0: Invalid …`: where the first refused block stands. */
const PLACE = /messages\.(\d+)\.content\.(\d+)/;

/**
 * Thinking of another model that nothing gives away beforehand: vendors of this format sign theirs
 * as they like. What stands before the refused block was accepted; everything from it on goes, here
 * and in every later request of the session, while what the model writes from now on stays.
 */
export const signatureRules: readonly RepairRule[] = [
  {
    vendor: 'Anthropic (router-for-me/CLIProxyAPI#1584, ding113/claude-code-hub#518)',
    sample: 'messages.1.content.0: Invalid `signature` in `thinking` block',
    repair({ problem, sent }) {
      if (!/invalid `?signature`? in `?thinking`? block/i.test(problem.text)) return [];
      return refuseFrom(PLACE.exec(problem.text), sent);
    },
  },
  {
    vendor: 'Anthropic (farion1231/cc-switch#3930)',
    sample: 'messages.1.content.0.thinking: each thinking block must contain thinking',
    repair({ problem, sent }) {
      if (!/each thinking block must contain thinking/i.test(problem.text)) return [];
      return refuseFrom(PLACE.exec(problem.text), sent);
    },
  },
  {
    vendor: 'Anthropic',
    sample: 'messages.1.content.0.thinking.signature: Field required',
    repair: ({ problem }) =>
      /thinking\.signature: Field required/i.test(problem.text)
        ? [{ compat: { signatures: 'checked' } }]
        : [],
  },
  {
    // A tool loop that another model began; adaptive thinking has no such rule.
    vendor: 'Anthropic (anthropics/claude-code#12894)',
    sample:
      'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block',
    repair: ({ problem }) =>
      /expected `thinking` or `redacted_thinking`, but found/i.test(problem.text)
        ? [{ compat: { thinkingConfig: 'disabled' }, once: true }]
        : [],
  },
];

function refuseFrom(place: RegExpExecArray | null, sent: JsonNode) {
  const [message, block] = [Number(place?.[1] ?? 0), Number(place?.[2] ?? 0)];
  const refusedSignatures = messagesOf(sent).flatMap((one, index) =>
    blocksOf(one).flatMap((part, at) => {
      const before = index < message || (index === message && at < block);
      const signature = typeOf(part) === 'thinking' ? part.get('signature')?.text() : undefined;
      return before || signature === undefined || signature === '' ? [] : [signature];
    }),
  );
  // A block without a signature has nothing to be known by.
  const unsigned = refusedSignatures.length === 0;
  return [unsigned ? { compat: { signatures: 'checked' as const } } : { refusedSignatures }];
}
