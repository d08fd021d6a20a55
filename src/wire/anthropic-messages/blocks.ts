import { JsonNode } from '../json-node.ts';

/** The messages of a request. */
export function messagesOf(root: JsonNode): readonly JsonNode[] {
  return root.get('messages')?.items() ?? [];
}

/** The blocks of a message or of a tool's result; none where the content is a string. */
export function blocksOf(message: JsonNode): readonly JsonNode[] {
  return message.get('content')?.items() ?? [];
}

export function roleOf(message: JsonNode): string | undefined {
  return message.get('role')?.text();
}

export function typeOf(block: JsonNode): string | undefined {
  return block.get('type')?.text();
}

export function textBlock(text: string): JsonNode {
  return JsonNode.of({ type: 'text', text });
}

/** Appends blocks to a message; a string becomes the first of them. */
export function appendBlocks(message: JsonNode, blocks: readonly JsonNode[]): void {
  if (blocks.length === 0) return;
  const content = message.get('content');
  const text = content?.text() ?? '';
  if (content?.isArray === true) content.setItems([...content.items(), ...blocks]);
  else message.set('content', JsonNode.list(text === '' ? blocks : [textBlock(text), ...blocks]));
}

/** Puts a block in front of a message's content; a string becomes the second block. */
export function prependBlock(message: JsonNode, block: JsonNode): void {
  const content = message.get('content');
  const text = content?.text() ?? '';
  if (content?.isArray === true) content.setItems([block, ...content.items()]);
  else message.set('content', JsonNode.list(text === '' ? [block] : [block, textBlock(text)]));
}

/** Gives the block itself to keep it, another one in its place, or `null` to take it out. */
type BlockChange = (block: JsonNode) => JsonNode | null;

/**
 * Changes the blocks of all messages, those inside of tool results too. A message that nothing is
 * left of goes with them: Anthropic's format reads the turns on its two sides as one.
 */
export function changeBlocks(root: JsonNode, change: BlockChange): void {
  const messages = messagesOf(root);
  const kept = messages.filter((message) => !emptied(message, change));
  if (kept.length < messages.length) root.get('messages')?.setItems(kept);
}

function emptied(container: JsonNode, change: BlockChange): boolean {
  const blocks = blocksOf(container);
  const changed = blocks.map((block) => {
    if (typeOf(block) === 'tool_result') emptied(block, change);
    return change(block);
  });
  if (changed.every((block, index) => block === blocks[index])) return false;
  const kept = changed.filter((block) => block !== null);
  container.get('content')?.setItems(kept);
  return kept.length === 0;
}

/** Adds the gateway's own words to the system prompt, at its end. */
export function addSystemNote(root: JsonNode, note: string): void {
  const system = root.get('system');
  const text = system?.text() ?? '';
  if (system?.isArray === true) system.setItems([...system.items(), textBlock(note)]);
  else root.set('system', JsonNode.of(text === '' ? note : `${text}\n\n${note}`));
}
