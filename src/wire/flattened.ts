import { asObject, asText, nonEmpty, objects, type JsonObject } from './json.ts';

/**
 * Blocks of tools that ran at Anthropic, as short text: other providers can't have them in their
 * history. Blocks that only concern Anthropic give nothing.
 */
export function flattened(block: JsonObject): string {
  const type = asText(block['type']);
  if (type === 'tool_reference') return `Tool loaded: ${asText(block['tool_name'])}`;
  if (type === 'compaction') return nonEmpty(block['content']) ?? '';
  if (type === 'container_upload') return `[uploaded file ${asText(block['file_id'])}]`;
  if (type === 'server_tool_use' || type === 'mcp_tool_use') {
    const input = asObject(block['input']);
    const query = nonEmpty(input['query']) ?? JSON.stringify(input).slice(0, 500);
    return `[${asText(block['name'])} ${JSON.stringify(query)}]`;
  }
  if (type.endsWith('_tool_result')) return `[${type}${resultText(block['content'])}]`;
  return nonEmpty(block['text']) ?? '';
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return ` ${content}`;
  const entries = Array.isArray(content) ? objects(content) : [asObject(content)];
  return entries
    .map((entry) => {
      const parts = ['title', 'url', 'text', 'stdout', 'stderr', 'error_code', 'tool_name'].map(
        (key) => nonEmpty(entry[key]) ?? '',
      );
      return parts.filter((part) => part !== '').join(' ');
    })
    .filter((line) => line !== '')
    .map((line) => ` -> ${line}`)
    .join('');
}
