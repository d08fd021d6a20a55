import { mentions } from '../../lib/bytes.ts';
import { CARRIER_PREFIX } from '../carrier.ts';
import { JsonNode } from '../json-node.ts';
import type { Adaptation } from './adaptation.ts';
import { blocksOf, changeBlocks, messagesOf, prependBlock, roleOf, typeOf } from './blocks.ts';

/** How `JSON.stringify` of JavaScript and of Python write an empty signature. */
const mentionsEmptySignature = mentions('"signature":""', '"signature": ""');
const mentionsSignature = mentions('"signature"');
const mentionsRedacted = mentions('"redacted_thinking"');
const mentionsCarrier = mentions(`"${CARRIER_PREFIX}`);

/**
 * Thinking that another model wrote, after the model was switched in mid-session or a fallback took
 * over. Anthropic answers 400 to a signature that isn't its own, and accepts earlier turns without
 * their thinking (https://platform.claude.com/docs/en/build-with-claude/extended-thinking). What
 * has a real signature is never touched.
 */
export const signatures: Adaptation = {
  concerns: (body, { target }) =>
    mentionsCarrier(body) ||
    (target.compat.signatures === 'checked' && mentionsEmptySignature(body)) ||
    (target.compat.signatures === 'ignored' && mentionsRedacted(body)) ||
    (target.refusedSignatures !== undefined && mentionsSignature(body)),

  apply(root, { target }) {
    const { refusedSignatures } = target;
    const mode = target.compat.signatures;
    changeBlocks(root, (block) => {
      const type = typeOf(block);
      if (type === 'redacted_thinking') return mode === 'ignored' ? null : block;
      if (type !== 'thinking') return block;
      const signature = block.get('signature')?.text() ?? '';
      if (refusedSignatures?.has(signature) === true) return null;
      if (mode === 'checked' && signature === '') return null;
      if (!signature.startsWith(CARRIER_PREFIX)) return block;
      if (mode !== 'ignored') return null;
      // The text stays, as thinking that nobody signed.
      block.delete('signature');
      return block;
    });
  },
};

/** Stands in for thinking that was lost, where the vendor insists on some. */
const LOST_THINKING = '(reasoning not available)';

const mentionsAnswer = mentions('"assistant"');
const mentionsToolUse = mentions('"tool_use"');

/**
 * Answers start with their thinking, where the upstream rejects them otherwise while it thinks: those
 * of another model come without any, or with an empty one.
 */
export const requiredThinking: Adaptation = {
  concerns: (body, { target }) =>
    target.compat.reasoningRequired === 'all'
      ? mentionsAnswer(body)
      : target.compat.reasoningRequired === 'tool-calls' && mentionsToolUse(body),

  apply(root, { target }) {
    const always = target.compat.reasoningRequired === 'all';
    if (root.get('thinking')?.get('type')?.text() === 'disabled') return;
    for (const message of messagesOf(root)) {
      const blocks = blocksOf(message);
      if (roleOf(message) !== 'assistant') continue;
      if (!always && !blocks.some((block) => typeOf(block) === 'tool_use')) continue;
      const thinking = blocks.find((block) => typeOf(block) === 'thinking');
      if (thinking === undefined) {
        const standIn = JsonNode.of({ type: 'thinking', thinking: LOST_THINKING });
        prependBlock(message, standIn);
      } else if (thinking.get('thinking')?.text() === '') {
        thinking.set('thinking', JsonNode.of(LOST_THINKING));
      }
    }
  },
};
