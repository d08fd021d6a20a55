import { asText, isObject, malformed, objects, type JsonObject } from './json.ts';

/** Consecutive messages of one side, as content blocks. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly blocks: JsonObject[];
}

/**
 * The client's messages with sides alternating. A `system` message inside of the conversation,
 * which Claude Code sends from the first request on, becomes a reminder in the user's turn; that is
 * also the form in which Claude Code itself falls back where such messages are refused.
 *
 * @throws GatewayError `malformed_request` for what can't be a conversation.
 */
export function turnsOf(messages: unknown): Turn[] {
  if (!Array.isArray(messages)) throw malformed('"messages" must be a list');
  const turns: Turn[] = [];
  messages.forEach((message: unknown, index) => {
    if (!isObject(message)) throw malformed(`"messages.${index}" must be an object`);
    const blocks = contentBlocks(message['content'], `messages.${index}.content`);
    switch (message['role']) {
      case 'user':
        return append(turns, 'user', blocks);
      case 'assistant':
        return appendAssistant(turns, blocks);
      case 'system':
        return append(turns, 'user', reminders(blocks));
      default:
        throw malformed(
          `messages.${index}.role: Input should be 'user' or 'assistant', not ${JSON.stringify(message['role'])}`,
        );
    }
  });
  return turns;
}

function contentBlocks(content: unknown, where: string): JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw malformed(`"${where}" must be a string or a list of blocks`);
  return objects(content);
}

/** Only turns with something in them count: between two user turns an empty one would vanish. */
function append(turns: Turn[], role: Turn['role'], blocks: JsonObject[]): void {
  if (!blocks.some(hasContent)) return;
  const last = turns.at(-1);
  if (last?.role === role) last.blocks.push(...blocks);
  else turns.push({ role, blocks: [...blocks] });
}

function hasContent(block: JsonObject): boolean {
  if (block['type'] !== 'text') return block['type'] !== 'fallback';
  return typeof block['text'] === 'string' && block['text'].trim() !== '';
}

/** A compaction's summary stands for what came before: it is context, not the model's own words. */
function appendAssistant(turns: Turn[], blocks: JsonObject[]): void {
  const summaries = blocks.filter((block) => block['type'] === 'compaction');
  if (summaries.length > 0) append(turns, 'user', summaries);
  const rest = blocks.filter((block) => block['type'] !== 'compaction');
  // Thinking alone is no message: others reject an assistant message without text and calls.
  if (rest.some((block) => hasContent(block) && !isThinking(block))) {
    append(turns, 'assistant', rest);
  }
}

function isThinking(block: JsonObject): boolean {
  return block['type'] === 'thinking' || block['type'] === 'redacted_thinking';
}

function reminders(blocks: readonly JsonObject[]): JsonObject[] {
  return blocks.flatMap((block) =>
    block['type'] === 'text' && hasContent(block)
      ? [{ ...block, text: `<system-reminder>\n${asText(block['text'])}\n</system-reminder>` }]
      : [],
  );
}
