import { asObject, asText, nonEmpty, objects, type JsonObject } from './json.ts';

/** Claude Code's entry that keeps a place among the deferred tools; it can't be called. */
export const DEFERRED_RESERVE = 'DeferredToolPlaceholder';

interface ToolChanges {
  /** Named by a tool search's result or brought back: deferred tools that are loaded. */
  readonly referenced: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  readonly defined: readonly JsonObject[];
}

/** What the conversation so far did to the list of tools. */
export function toolChanges(messages: unknown): ToolChanges {
  const referenced = new Set<string>();
  const removed = new Set<string>();
  const defined: JsonObject[] = [];
  for (const message of objects(messages)) {
    for (const block of objects(message['content'])) {
      const tool = asObject(block['tool']);
      const name = nonEmpty(tool['name']) ?? '';
      if (block['type'] === 'tool_addition') {
        if (tool['type'] === 'tool_definition') defined.push(asObject(tool['definition']));
        else referenced.add(name);
        removed.delete(name || asText(asObject(tool['definition'])['name']));
      } else if (block['type'] === 'tool_removal') {
        removed.add(name);
      } else if (block['type'] === 'tool_result' || block['type'] === 'tool_search_tool_result') {
        for (const found of references(block['content'])) referenced.add(found);
      }
    }
  }
  return { referenced, removed, defined };
}

function references(content: unknown): string[] {
  const direct = objects(content);
  const nested = objects(asObject(content)['tool_references']);
  return [...direct, ...nested].flatMap((part) =>
    part['type'] === 'tool_reference' ? [asText(part['tool_name'])] : [],
  );
}
