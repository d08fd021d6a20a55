import { flattened } from '../flattened.ts';
import { asText, isObject, malformed, objects, type JsonObject } from '../json.ts';

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
  if (role === 'user' && !blocks.some(hasContent)) return;
  const last = turns.at(-1);
  if (last?.role !== role) turns.push({ role, blocks: [...blocks] });
  // No spread: a list of blocks may be longer than an argument list.
  else for (const block of blocks) last.blocks.push(block);
}

/** Blocks that are more than text; each gives a part or a message of its own. */
const RICH: ReadonlySet<unknown> = new Set(['image', 'document', 'search_result', 'tool_result']);

function hasContent(block: JsonObject): boolean {
  return RICH.has(block['type']) || flattened(block).trim() !== '';
}

/** A compaction's summary stands for what came before: it is context, not the model's own words. */
function appendAssistant(turns: Turn[], blocks: JsonObject[]): void {
  const summaries = blocks.filter((block) => block['type'] === 'compaction');
  if (summaries.length > 0) append(turns, 'user', summaries);
  const rest = blocks.filter((block) => block['type'] !== 'compaction');
  // Thinking alone is no message: others reject an assistant message without text and calls.
  const speaks = rest.some(
    (block) => block['type'] === 'tool_use' || flattened(block).trim() !== '',
  );
  if (speaks) append(turns, 'assistant', rest);
}

function reminders(blocks: readonly JsonObject[]): JsonObject[] {
  return blocks.flatMap((block) =>
    block['type'] === 'text' && hasContent(block)
      ? [{ ...block, text: `<system-reminder>\n${asText(block['text'])}\n</system-reminder>` }]
      : [],
  );
}
