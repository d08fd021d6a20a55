import { CARRIER_PREFIX } from '../carrier.ts';
import type { JsonNode } from '../json-node.ts';
import type { Adaptation } from './adaptation.ts';

/** How `JSON.stringify` of JavaScript and of Python write an empty signature. */
const EMPTY_FORMS = ['"signature":""', '"signature": ""'];

/**
 * Thinking that another model wrote, after the model was switched in mid-session or a fallback took
 * over. Anthropic answers 400 to a signature that isn't its own, and accepts earlier turns without
 * their thinking (https://platform.claude.com/docs/en/build-with-claude/extended-thinking). What
 * has a real signature is never touched.
 */
export const signatures: Adaptation = {
  concerns: (body, { target }) =>
    body.includes(`"${CARRIER_PREFIX}`) ||
    (target.compat.signatures === 'checked' && EMPTY_FORMS.some((form) => body.includes(form))),

  apply(root, { target }) {
    const mode = target.compat.signatures;
    if (mode === 'ignored') return unsign(root);
    dropThinking(
      root,
      (signature) =>
        signature.startsWith(CARRIER_PREFIX) || (mode === 'checked' && signature === ''),
    );
  },
};

/**
 * Takes the thinking blocks out whose signature is refused, and an assistant's message with them
 * where nothing else is left of it: the turns on its two sides are read as one.
 */
function dropThinking(root: JsonNode, refused: (signature: string) => boolean): void {
  const messages = root.get('messages');
  if (messages === undefined) return;
  const kept = messages.items().filter((message) => {
    const content = message.get('content');
    const blocks = content?.items() ?? [];
    const rest = blocks.filter((block) => !isRefused(block, refused));
    if (rest.length === blocks.length) return true;
    content?.setItems(rest);
    return rest.length > 0;
  });
  if (kept.length < messages.items().length) messages.setItems(kept);
}

function isRefused(block: JsonNode, refused: (signature: string) => boolean): boolean {
  return block.get('type')?.text() === 'thinking' && refused(block.get('signature')?.text() ?? '');
}

/** The text stays, as thinking that nobody signed. */
function unsign(root: JsonNode): void {
  for (const message of root.get('messages')?.items() ?? []) {
    for (const block of message.get('content')?.items() ?? []) {
      const own = block.get('signature')?.text()?.startsWith(CARRIER_PREFIX) === true;
      if (own && block.get('type')?.text() === 'thinking') block.delete('signature');
    }
  }
}
