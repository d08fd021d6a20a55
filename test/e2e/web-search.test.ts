import { afterEach, describe, expect, test } from 'bun:test';
import { createDesk, routeTo, type ConfigFile } from '../support/clauder.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamRequest,
} from '../support/fake-upstream.ts';
import { content, text, tool, type Reply } from '../support/reply.ts';

/** The real client's WebSearch, which makes a request of its own for each search. */
const QUERY = 'bun latest version';
const LINK = 'https://bun.com/blog/release-notes';
const ANSWER = 'Bun is at 1.4.5.';

interface Message {
  readonly role: string;
  readonly content: unknown;
}

const messagesOf = ({ json }: UpstreamRequest) => (json['messages'] ?? []) as Message[];
const promptOf = (request: UpstreamRequest) => JSON.stringify(messagesOf(request).at(-1)?.content);
const isSearch = (request: UpstreamRequest) =>
  promptOf(request).includes('Perform a web search for the query');

/** Loads the tool, which the client defers, searches once, and repeats what came of it. */
function searcher(request: UpstreamRequest): Reply {
  const results = messagesOf(request).filter(({ role }) => role === 'tool');
  if (results.length === 0) {
    return content([tool('ToolSearch', { query: 'select:WebSearch', max_results: 5 })]);
  }
  if (results.length === 1) return content([tool('WebSearch', { query: QUERY })]);
  return text(`The tool said: ${String(results.at(-1)?.content)}`);
}

const chunks = (...parts: readonly object[]): Reply => ({
  kind: 'raw',
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  body: [...parts.map((part) => JSON.stringify(part)), '[DONE]']
    .map((data) => `data: ${data}\n\n`)
    .join(''),
});
const json = (body: object): Reply => ({
  kind: 'raw',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const choice = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});

const upstreams: FakeUpstream[] = [];

async function upstream(script: (request: UpstreamRequest) => Reply): Promise<FakeUpstream> {
  const started = await startFakeUpstream({ wire: 'openai-chat', script });
  upstreams.push(started);
  return started;
}

afterEach(async () => {
  for (const one of upstreams.splice(0)) await one.stop();
});

/** What the client's main model was told by its WebSearch tool. */
async function said(config: ConfigFile): Promise<string> {
  using desk = await createDesk({ config });
  const ended = await desk.clauder([
    '-p',
    'what is the latest version of bun',
    '--model',
    'main',
    '--dangerously-skip-permissions',
  ]);
  expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 });
  return ended.stdout;
}

describe('WebSearch in the real client', () => {
  test('a model that cannot search, and one like Perplexity that does it in its place', async () => {
    const main = await upstream(searcher);
    const sources = {
      citations: [LINK],
      search_results: [{ title: 'Bun Release Notes', url: LINK, date: '2026-11-01' }],
    };
    const search = await upstream(() =>
      chunks(
        { ...choice({ role: 'assistant', content: 'Bun is ' }), ...sources },
        { ...choice({ content: 'at 1.4.5.' }), ...sources },
        { ...choice({ content: '' }, 'stop'), ...sources },
      ),
    );
    const answer = await said({
      modelRoutes: {
        main: routeTo(main),
        sonar: routeTo(search, { preset: 'perplexity', alias: 'pplx' }),
      },
      scenarios: { webSearch: 'pplx' },
    });
    expect(answer).toContain(`Web search results for query: "${QUERY}"`);
    expect(answer).toContain(`{"title":"Bun Release Notes","url":"${LINK}"}`);
    expect(answer).toContain(ANSWER);
    expect(main.requests.some(isSearch)).toBe(false);
    expect(search.requests.filter(isSearch)).toHaveLength(1);
    expect(search.last().model).toBe('sonar');
  });

  test('a model that cannot search, and nobody in its place: its model reads why', async () => {
    const main = await upstream(searcher);
    const answer = await said({ modelRoutes: { main: routeTo(main) } });
    expect(answer).toContain('Web search error: unavailable');
    expect(answer).toContain('No web search was made');
    expect(answer).toContain('"scenarios": { "webSearch"');
    expect(main.requests.some(isSearch)).toBe(false);
  });

  test("annotations behind the text, as OpenRouter's plugin gives them", async () => {
    const annotation = { type: 'url_citation', url_citation: { title: 'Bun', url: LINK } };
    const main = await upstream((request) =>
      isSearch(request)
        ? chunks(choice({ content: ANSWER }), choice({ annotations: [annotation] }, 'stop'))
        : searcher(request),
    );
    const answer = await said({ modelRoutes: { main: routeTo(main, { preset: 'openrouter' }) } });
    expect(answer).toContain(`{"title":"Bun","url":"${LINK}"}`);
    expect(answer).toContain(ANSWER);
    const sent = main.requests.find(isSearch);
    expect(sent?.json).toMatchObject({ plugins: [{ id: 'web' }] });
  });

  test("Kimi's own function, in two rounds", async () => {
    const main = await upstream((request) => {
      const tools = (request.json['tools'] ?? []) as { type: string }[];
      if (!tools.some(({ type }) => type === 'builtin_function')) return searcher(request);
      const answered = messagesOf(request).at(-1)?.role === 'tool';
      const call = {
        index: 0,
        id: '$web_search:0',
        type: 'builtin_function',
        function: { name: '$web_search', arguments: '{"search_result":{"search_id":"abc"}}' },
      };
      const message = answered
        ? { role: 'assistant', content: `${ANSWER} See [the notes](${LINK}).` }
        : { role: 'assistant', content: '', tool_calls: [call] };
      const finish_reason = answered ? 'stop' : 'tool_calls';
      return json({
        choices: [{ index: 0, message, finish_reason }],
        usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
      });
    });
    const route = routeTo(main, { preset: 'kimi', model: 'kimi-k2.6' });
    const answer = await said({ modelRoutes: { main: route } });
    expect(answer).toContain(`{"title":"the notes","url":"${LINK}"}`);
    expect(answer).toContain(ANSWER);
    const rounds = main.requests.filter(({ json: sent }) =>
      JSON.stringify(sent).includes('builtin_function'),
    );
    expect(rounds).toHaveLength(2);
    expect(messagesOf(rounds[1]!).at(-1)).toMatchObject({
      role: 'tool',
      name: '$web_search',
      content: '{"search_result":{"search_id":"abc"}}',
    });
  });
});
