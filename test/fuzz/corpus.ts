import { VECTORS } from '../conformance/vectors.ts';
import { CHAT_VENDORS } from '../support/chat-vendors/index.ts';
import { recordedRequests } from '../support/fixtures.ts';
import type { Json } from '../support/openai-chat.ts';
import { Random } from '../support/random.ts';
import { randomRequest } from '../support/random-chat.ts';
import { content, say, tool, type ReplyContent } from '../support/reply.ts';
import { anthropicEvents, anthropicMessage } from '../support/vendor-anthropic.ts';

/** What is mutated: everything recorded or written down that an upstream or a client sends. */

const REPLIES: readonly ReplyContent[] = [
  content([say('A text, äöü 🙂, in several words.')]),
  content([
    say('Two.'),
    tool('Bash', { command: 'echo "a\nb"' }),
    tool('Read', { file_path: '/x' }),
  ]),
  content([say('<tool_call>\n{"name": "Bash", "arguments": {"command": "ls"}}\n</tool_call>')]),
  content([tool('Edit', { path: '/tmp/x', lines: [1, 'two', null], deep: { a: { b: true } } })]),
];

const STREAM_REQUEST = { model: 'm', messages: [], tools: [], stream: true, tool_stream: true };

function chatStreams(): string[] {
  const vendors = Object.values(CHAT_VENDORS).flatMap((make) =>
    REPLIES.map((reply) => make().chunks(reply, STREAM_REQUEST).join('')),
  );
  const vectors = VECTORS.flatMap(({ input }) => {
    if (typeof input['sse'] === 'string') return [input['sse']];
    const chunks = input['chunks_b64'];
    if (!Array.isArray(chunks)) return [];
    return [Buffer.concat(chunks.map((one) => Buffer.from(String(one), 'base64'))).toString()];
  });
  return [...vendors, ...vectors.filter((text) => text !== '')];
}

function chatBodies(): string[] {
  const vendors = Object.values(CHAT_VENDORS).flatMap((make) =>
    REPLIES.map((reply) => JSON.stringify(make().whole(reply, STREAM_REQUEST))),
  );
  const vectors = VECTORS.flatMap(({ input }) =>
    [input['body'], ...(Array.isArray(input['bodies']) ? (input['bodies'] as unknown[]) : [])]
      .filter((one) => typeof one === 'object')
      .map((one) => JSON.stringify(one)),
  );
  return [...vendors, ...vectors];
}

export const CORPUS = {
  'openai-chat': { streams: chatStreams(), bodies: chatBodies() },
  'anthropic-messages': {
    streams: REPLIES.flatMap((reply) => [
      anthropicEvents(reply, 'm').join(''),
      anthropicEvents(reply, 'm', 'signature').join(''),
    ]),
    bodies: REPLIES.map((reply) => JSON.stringify(anthropicMessage(reply, 'm'))),
  },
} as const;

const recorded = recordedRequests.flatMap(({ body }) =>
  body?.['messages'] === undefined ? [] : [body as Json],
);
const written = VECTORS.filter((vector) => vector.direction === 'request').map(
  ({ input }) => input,
);

/** A request to start from. The real ones are large, so they come less often. */
export function someRequest(random: Random): Json {
  const kind = random.below(50);
  if (kind === 0) return random.pick(recorded);
  return kind < 25 ? random.pick(written) : randomRequest(new Random(random.below(100_000)));
}
