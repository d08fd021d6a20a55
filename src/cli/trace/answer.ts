/** One block of an answer, as far as it is shown. */
interface Block {
  type: string;
  text: string;
}

/**
 * What an answer says, for people: its texts, its tool calls, and the error that it ended in.
 *
 * @param body a whole message as JSON, or a stream of events
 */
export function answerText(body: string): string {
  const blocks = body.trimStart().startsWith('{') ? ofMessage(parse(body)) : ofStream(body);
  return blocks
    .map(({ type, text }) => (type === 'text' ? text : `[${type}] ${text}`))
    .filter((text) => text.trim() !== '')
    .join('\n');
}

type Json = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};

function parse(text: string): Json {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

function ofMessage(message: Json): Block[] {
  const content: readonly unknown[] = Array.isArray(message['content']) ? message['content'] : [];
  return content.map((value) => {
    const block = asObject(value);
    const type = asText(block['type']);
    if (type !== 'tool_use') return { type, text: asText(block['text'] ?? block['thinking']) };
    return { type, text: `${asText(block['name'])} ${JSON.stringify(block['input'])}` };
  });
}

function ofStream(body: string): Block[] {
  const blocks: Block[] = [];
  for (const line of body.split('\n').filter((one) => one.startsWith('data:'))) {
    const event = parse(line.slice('data:'.length));
    const current = blocks.at(-1);
    if (event['type'] === 'content_block_start') {
      const block = asObject(event['content_block']);
      const type = asText(block['type']);
      const start = type === 'tool_use' ? `${asText(block['name'])} ` : asText(block['text']);
      blocks.push({ type, text: start });
    } else if (event['type'] === 'content_block_delta' && current !== undefined) {
      const delta = asObject(event['delta']);
      current.text += asText(delta['text'] ?? delta['partial_json'] ?? delta['thinking']);
    } else if (event['type'] === 'error') {
      blocks.push({ type: 'error', text: asText(asObject(event['error'])['message']) });
    }
  }
  return blocks;
}
