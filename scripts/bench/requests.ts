import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which body a request has; each has a model's name, which the contender decides. */
export type BodyName = 'small' | 'small-stream' | 'turn' | 'kb200' | 'mb1';

/** Size of a whole turn of Claude Code with some history. */
const TURN_BYTES = 120_000;

const FIXTURE = join(import.meta.dir, '../../test/fixtures/claude-code/2.1.330/main-turn.json');

/** Headers that this file writes itself. */
const OWN_HEADERS = /^(host|content-length|content-type|connection|authorization|x-api-key)$/i;

const PLAIN_HEADERS: Headers = {
  'anthropic-version': '2023-06-01',
  'user-agent': 'cc-route-bench/1',
};

type Headers = Readonly<Record<string, string>>;
type Body = Readonly<Record<string, unknown>>;

/** The whole request as bytes, ready to be written again and again. */
export function requestBytes(options: {
  readonly port: number;
  readonly path: string;
  readonly model: string;
  readonly body: BodyName;
}): Buffer {
  const { headers, body } = requestContent(options.body);
  const text = JSON.stringify({ ...body, model: options.model });
  const lines = Object.entries({
    host: `127.0.0.1:${options.port}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-api-key': 'bench-client',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${options.path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`);
}

/** A request's headers and body, made once for each name. */
export function requestContent(name: BodyName): { headers: Headers; body: Body } {
  const content = made.get(name) ?? CONTENT[name]();
  made.set(name, content);
  return content;
}

const made = new Map<BodyName, { headers: Headers; body: Body }>();

const CONTENT: Readonly<Record<BodyName, () => { headers: Headers; body: Body }>> = {
  small: () => ({ headers: PLAIN_HEADERS, body: smallBody(false) }),
  'small-stream': () => ({ headers: PLAIN_HEADERS, body: smallBody(true) }),
  turn: realTurn,
  kb200: () => ({ headers: PLAIN_HEADERS, body: filled(smallBody(false), 200_000) }),
  mb1: () => ({ headers: PLAIN_HEADERS, body: filled(smallBody(false), 1_000_000) }),
};

function smallBody(stream: boolean): Body {
  return {
    model: 'bench',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Say hi.' }],
    ...(stream ? { stream } : {}),
  };
}

/** A recorded turn of Claude Code, or one of the same shape, filled up with history. */
function realTurn(): { headers: Headers; body: Body } {
  const recorded = existsSync(FIXTURE)
    ? (JSON.parse(readFileSync(FIXTURE, 'utf8')) as { headers: Headers; body: Body })
    : { headers: PLAIN_HEADERS, body: generatedTurn() };
  const headers = Object.fromEntries(
    Object.entries(recorded.headers).filter(([name]) => !OWN_HEADERS.test(name)),
  );
  return { headers, body: filled({ ...recorded.body, stream: true }, TURN_BYTES) };
}

/** Tools make up half of a turn, the system prompt a quarter. */
function generatedTurn(): Body {
  const tools = Array.from({ length: 25 }, (_, index) => ({
    name: `Tool${index}`,
    description: prose(1_600),
    input_schema: {
      type: 'object',
      properties: { path: { type: 'string', description: prose(200) } },
      required: ['path'],
      additionalProperties: false,
    },
  }));
  return {
    model: 'bench',
    max_tokens: 32_000,
    system: [{ type: 'text', text: prose(28_000), cache_control: { type: 'ephemeral' } }],
    messages: [{ role: 'user', content: [{ type: 'text', text: prose(12_000) }] }],
    tools,
    stream: true,
  };
}

/** Adds turns of a conversation (text, a tool call, its result) until the size is reached. */
function filled(body: Body, bytes: number): Body {
  const messages = [...(body['messages'] as unknown[])];
  let size = JSON.stringify(body).length;
  for (let turn = 0; size < bytes; turn += 1) {
    const left = bytes - size;
    const added = conversationTurn(turn, Math.min(8_000, Math.max(left - 500, 0)));
    messages.push(...added);
    size += JSON.stringify(added).length;
  }
  return { ...body, messages };
}

function conversationTurn(turn: number, resultChars: number): unknown[] {
  const id = `toolu_${String(turn).padStart(8, '0')}`;
  const input = { file_path: `/project/src/file-${turn}.ts`, offset: turn * 10 };
  return [
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look at the next file.' },
        { type: 'tool_use', id, name: 'Read', input },
      ],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: id, content: prose(resultChars) }],
    },
  ];
}

/** Lines as of source text, with the quotes and line ends that JSON escapes. */
function prose(chars: number): string {
  const line = 'const value = lookup("key"); // the value that the caller asked for\n';
  return line.repeat(Math.ceil(chars / line.length)).slice(0, chars);
}
