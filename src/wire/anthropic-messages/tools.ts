import { mentions } from '../../lib/bytes.ts';
import { flattened } from '../flattened.ts';
import { JsonNode } from '../json-node.ts';
import { asObject, isObject } from '../json.ts';
import { DEFERRED_RESERVE, toolChanges } from '../tool-changes.ts';
import type { Adaptation } from './adaptation.ts';
import { addSystemNote, changeBlocks, textBlock, typeOf } from './blocks.ts';

const mentionsSearchTools = mentions(
  '"defer_loading"',
  '"tool_reference"',
  '"tool_addition"',
  '"tool_removal"',
);

/**
 * Anthropic's tool search, carried out here: the tools that are loaded are sent as plain ones, and
 * what a search found reads as text.
 */
export const toolSearch: Adaptation = {
  concerns: (body, { target }) => !target.compat.toolSearch && mentionsSearchTools(body),

  apply(root, { call }) {
    const changes = toolChanges(asObject(call.json())['messages']);
    const added = changes.defined.map((tool) => JsonNode.of(tool));
    const tools = [...(root.get('tools')?.items() ?? []), ...added].filter((tool) => {
      const name = tool.get('name')?.text() ?? '';
      if (name === DEFERRED_RESERVE || changes.removed.has(name)) return false;
      const deferred = tool.get('defer_loading')?.value() === true;
      tool.delete('defer_loading');
      return !deferred || changes.referenced.has(name);
    });
    setTools(root, tools);
    changeBlocks(root, (block) => {
      const type = typeOf(block);
      if (type === 'tool_addition' || type === 'tool_removal') return null;
      return type === 'tool_reference' ? asText(block) : block;
    });
  },
};

/** What Anthropic runs itself begins like this or ends in a date. */
const mentionsServerTools = mentions(
  '"server_tool_use"',
  '_tool_result"',
  '_tool_use"',
  '_202',
  '"mcp_servers"',
);
const OWN_RESULTS = new Set(['tool_use', 'tool_result']);

const NO_WEB = 'You have no access to the web here. Say so where the request needs it.';

/** Anthropic's own tools, which other vendors reject or take for the client's, go. */
export const serverTools: Adaptation = {
  concerns: (body, { target }) => !target.compat.serverTools && mentionsServerTools(body),

  apply(root) {
    const tools = root.get('tools')?.items() ?? [];
    const kept = tools.filter((tool) => !isServerTool(tool));
    if (kept.length < tools.length) {
      const search = tools.some((tool) => typeOf(tool)?.startsWith('web_search') === true);
      setTools(root, kept);
      if (search) addSystemNote(root, NO_WEB);
    }
    changeBlocks(root, (block) => {
      const type = typeOf(block) ?? '';
      const foreign = type.endsWith('_tool_use') || type.endsWith('_tool_result');
      return foreign && !OWN_RESULTS.has(type) ? asText(block) : block;
    });
  },
};

const mentionsToolChoice = mentions('"tool_choice"');

/** A call that is forced, where the upstream refuses that, always or while it thinks. */
export const forcedToolChoice: Adaptation = {
  concerns: (body, { target }) =>
    target.compat.forcedToolChoice !== 'always' && mentionsToolChoice(body),

  apply(root, { target }) {
    const choice = root.get('tool_choice');
    const type = choice === undefined ? undefined : typeOf(choice);
    if (type !== 'any' && type !== 'tool') return;
    const thinking = root.get('thinking')?.get('type')?.text() ?? 'disabled';
    if (target.compat.forcedToolChoice === 'without-thinking' && thinking === 'disabled') return;
    root.set('tool_choice', JsonNode.of({ type: 'auto' }));
  },
};

/** A tool without a schema of its own is one that the upstream would have to know. */
function isServerTool(tool: JsonNode): boolean {
  const type = typeOf(tool);
  return type !== undefined && type !== 'custom' && tool.get('input_schema') === undefined;
}

function asText(block: JsonNode): JsonNode | null {
  const value = block.value();
  const text = isObject(value) ? flattened(value) : '';
  return text.trim() === '' ? null : textBlock(text);
}

/** `tool_choice` without tools is an error. */
function setTools(root: JsonNode, tools: readonly JsonNode[]): void {
  if (tools.length > 0) {
    const list = root.get('tools');
    if (list === undefined) root.set('tools', JsonNode.list(tools));
    else list.setItems(tools);
    return;
  }
  root.delete('tools');
  root.delete('tool_choice');
}
