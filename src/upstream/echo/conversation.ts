import type { EchoRequest } from './script.ts';

type Json = Record<string, unknown>;

/** Reads a request of either wire format; the two differ in where tool results stand. */
export function readEchoRequest(
  body: Uint8Array,
): EchoRequest & { stream: boolean; model: string } {
  const request = object(JSON.parse(Buffer.from(body).toString('utf8'))) ?? {};
  const messages = array(request['messages']).map((message) => object(message) ?? {});
  return {
    text: lastUserText(messages),
    toolResults: lastToolResults(messages),
    members: schemaMembers(request),
    bytes: body.byteLength,
    stream: request['stream'] === true,
    model: typeof request['model'] === 'string' ? request['model'] : 'echo',
  };
}

function lastUserText(messages: readonly Json[]): string {
  for (const message of messages.toReversed()) {
    if (message['role'] !== 'user') continue;
    const text = withoutReminders(contentText(message['content'], 'text'));
    if (text !== '') return text;
  }
  return '';
}

/** Tool results behind the last assistant message: blocks (Anthropic) or messages (OpenAI). */
function lastToolResults(messages: readonly Json[]): string[] {
  const lastAssistant = messages.findLastIndex((message) => message['role'] === 'assistant');
  if (lastAssistant === -1) return [];
  return messages.slice(lastAssistant + 1).flatMap((message) => {
    if (message['role'] === 'tool') return [contentText(message['content'], 'text')];
    return array(message['content'])
      .map((block) => object(block) ?? {})
      .filter((block) => block['type'] === 'tool_result')
      .map((block) => contentText(block['content'], 'text'));
  });
}

function contentText(content: unknown, type: string): string {
  if (typeof content === 'string') return content;
  return array(content)
    .map((block) => object(block) ?? {})
    .filter((block) => block['type'] === type)
    .map((block) => (typeof block['text'] === 'string' ? block['text'] : ''))
    .join('\n');
}

function withoutReminders(text: string): string {
  return text.replaceAll(/<system-reminder>[\s\S]*?<\/system-reminder>/g, '').trim();
}

/** Members of the wanted JSON object: `output_config.format` or `response_format.json_schema`. */
function schemaMembers(request: Json): string[] | null {
  const anthropic = object(object(request['output_config'])?.['format'])?.['schema'];
  const openai = object(object(request['response_format'])?.['json_schema'])?.['schema'];
  const properties = object(object(anthropic ?? openai)?.['properties']);
  return properties === null ? null : Object.keys(properties);
}

function object(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : null;
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
