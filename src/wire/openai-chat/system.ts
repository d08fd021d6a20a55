import type { ChatMessage, SystemMessage, TextPart } from './chat.ts';
import { withoutAttribution } from '../attribution.ts';
import type { EncodeContext } from './context.ts';
import { isObject, objects, type JsonObject } from '../json.ts';

/**
 * The one system message at the front: many chat templates reject a second or a later one.
 *
 * @param notes the gateway's own additions, such as a reply format that the vendor has no field for.
 */
export function systemMessage(
  { request, compat }: EncodeContext,
  notes: readonly string[],
): SystemMessage | null {
  const parts = systemBlocks(request['system']).flatMap((block, index): TextPart[] => {
    const raw = typeof block['text'] === 'string' ? block['text'] : '';
    const text = index === 0 ? withoutAttribution(raw) : raw;
    if (text.trim() === '') return [];
    const control = compat.cacheControl ? block['cache_control'] : undefined;
    return [{ type: 'text', text, ...(isObject(control) ? { cache_control: control } : {}) }];
  });
  for (const note of notes) parts.push({ type: 'text', text: note });
  if (parts.length === 0) return null;
  const content = compat.cacheControl ? parts : parts.map((part) => part.text).join('\n\n');
  return { role: 'system', content };
}

/** The conversation with the system message in front, or within the user's first message. */
export function withSystem(
  system: SystemMessage | null,
  messages: ChatMessage[],
  { compat }: EncodeContext,
): ChatMessage[] {
  if (system === null) return messages;
  if (compat.systemRole === 'system') return [system, ...messages];
  const [first, ...rest] = messages;
  if (first?.role !== 'user') return [{ role: 'user', content: system.content }, ...messages];
  const { content } = first;
  return typeof content === 'string' && typeof system.content === 'string'
    ? [{ role: 'user', content: `${system.content}\n\n${content}` }, ...rest]
    : [{ role: 'user', content: [...partsOf(system.content), ...partsOf(content)] }, ...rest];
}

function partsOf<Part>(content: string | readonly Part[]): readonly (Part | TextPart)[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function systemBlocks(system: unknown): JsonObject[] {
  return typeof system === 'string' ? [{ type: 'text', text: system }] : objects(system);
}
