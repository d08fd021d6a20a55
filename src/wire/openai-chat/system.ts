import type { SystemMessage, TextPart } from './chat.ts';
import { withoutAttribution } from '../attribution.ts';
import type { EncodeContext } from './context.ts';
import { isObject, objects, wellFormed, type JsonObject } from '../json.ts';

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
    const text = wellFormed(index === 0 ? withoutAttribution(raw) : raw);
    if (text.trim() === '') return [];
    const control = compat.cacheControl ? block['cache_control'] : undefined;
    return [{ type: 'text', text, ...(isObject(control) ? { cache_control: control } : {}) }];
  });
  for (const note of notes) parts.push({ type: 'text', text: note });
  if (parts.length === 0) return null;
  const content = compat.cacheControl ? parts : parts.map((part) => part.text).join('\n\n');
  return { role: 'system', content };
}

function systemBlocks(system: unknown): JsonObject[] {
  return typeof system === 'string' ? [{ type: 'text', text: system }] : objects(system);
}
