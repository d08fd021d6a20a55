import { mentions } from '../../lib/bytes.ts';
import { ATTRIBUTION, withoutAttribution } from '../attribution.ts';
import { JsonNode } from '../json-node.ts';
import type { Adaptation } from './adaptation.ts';
import { appendBlocks, blocksOf, messagesOf, roleOf, textBlock, typeOf } from './blocks.ts';

const mentionsAttribution = mentions(`"${ATTRIBUTION}`);

/** Takes Claude Code's billing line out of the system prompt. */
export const attribution: Adaptation = {
  concerns: (body, { target }) => !target.compat.attribution && mentionsAttribution(body),

  apply(root) {
    const system = root.get('system');
    const text = system?.text();
    if (text !== undefined) root.set('system', JsonNode.of(withoutAttribution(text)));
    const [first, ...rest] = system?.items() ?? [];
    const raw = first?.get('text')?.text();
    if (system === undefined || first === undefined || raw === undefined) return;
    const kept = withoutAttribution(raw);
    if (kept === raw) return;
    if (kept === '') system.setItems(rest);
    else first.set('text', JsonNode.of(kept));
  },
};

const mentionsSystemRole = mentions('"role":"system"', '"role": "system"');

/**
 * `system` messages become reminders in the user's message before them, or else in the one behind
 * them: after its tool results, which have to follow their calls directly.
 */
export const systemMessages: Adaptation = {
  concerns: (body, { target }) =>
    target.compat.systemMessages === 'reminders' && mentionsSystemRole(body),

  apply(root) {
    const folded: JsonNode[] = [];
    let waiting: JsonNode[] = [];
    for (const message of messagesOf(root)) {
      if (roleOf(message) === 'system') {
        const before = folded.at(-1);
        const blocks = reminders(message);
        if (before !== undefined && roleOf(before) === 'user') appendBlocks(before, blocks);
        else for (const block of blocks) waiting.push(block);
        continue;
      }
      if (waiting.length > 0) {
        if (roleOf(message) === 'user') appendBlocks(message, waiting);
        else folded.push(userMessage(waiting));
        waiting = [];
      }
      folded.push(message);
    }
    if (waiting.length > 0) folded.push(userMessage(waiting));
    root.get('messages')?.setItems(folded);
  },
};

/** The texts of a system message. Its other blocks, which change the list of tools, have none. */
function reminders(message: JsonNode): JsonNode[] {
  const wrapped = (text: string): string => `<system-reminder>\n${text}\n</system-reminder>`;
  const text = message.get('content')?.text();
  if (text !== undefined) return text.trim() === '' ? [] : [textBlock(wrapped(text))];
  return blocksOf(message).filter((block) => {
    const part = block.get('text')?.text() ?? '';
    if (typeOf(block) !== 'text' || part.trim() === '') return false;
    block.set('text', JsonNode.of(wrapped(part)));
    return true;
  });
}

function userMessage(blocks: readonly JsonNode[]): JsonNode {
  const message = JsonNode.of({ role: 'user', content: [] });
  appendBlocks(message, blocks);
  return message;
}
