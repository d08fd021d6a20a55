import { describe, expect, test } from 'bun:test';
import type { RoutedCall } from '../../src/policies/fallback.ts';
import { webSearch } from '../../src/policies/web-search.ts';
import { findProvider } from '../../src/providers/catalog.ts';
import { DEFAULT_COMPAT } from '../../src/providers/compat.ts';
import type { Target } from '../../src/providers/target.ts';
import type { Reply } from '../../src/upstream/attempt.ts';
import { assertWellFormed, parseEvents } from '../support/grammar.ts';
import { chatTarget, testCall, type Json } from '../support/openai-chat.ts';
import { testTarget } from '../support/target.ts';

const SEARCH = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 };
const READ = { name: 'Read', input_schema: { type: 'object' } };
const ask = (more: Json = {}) =>
  testCall({
    model: 'm',
    stream: true,
    messages: [{ role: 'user', content: 'Perform a web search for the query: bun' }],
    tools: [SEARCH],
    ...more,
  });

const blind = chatTarget({ changes: { route: 'blind' } });
const seeing = chatTarget({ preset: 'perplexity', model: 'sonar', changes: { route: 'pplx' } });
const anthropic = testTarget({
  route: 'claude',
  provider: findProvider('anthropic') ?? testTarget().provider,
  baseURL: 'https://api.anthropic.com',
});
const third = testTarget({ route: 'third' });
const without = testTarget({
  route: 'without',
  compat: { ...DEFAULT_COMPAT, serverTools: false },
});

/** The routes that a call is sent to, or the answer that the policy gives itself. */
async function fate(
  call: RoutedCall['call'],
  target: Target,
  searchers: readonly Target[] = [],
): Promise<string[] | Reply> {
  let sent: string[] | null = null;
  const reply = await webSearch(searchers)({ call, targets: [target], deadlineAt: 0 }, (routed) => {
    sent = routed.targets.map(({ route }) => route);
    return Promise.resolve({} as Reply);
  });
  return sent ?? reply;
}

describe('where a web search goes', () => {
  test.each<[string, Target, readonly Target[], string[]]>([
    ['a model that searches keeps it', seeing, [blind], ['pplx']],
    ['Anthropic keeps it', anthropic, [seeing], ['claude']],
    ['a model without one hands it over', blind, [seeing], ['pplx']],
    ['a chain of them', blind, [seeing, anthropic], ['pplx', 'claude']],
    ['those that can do it no better are passed over', blind, [blind, seeing], ['pplx']],
    ['a third party of which nobody knows hands it over', third, [seeing], ['pplx']],
    ['… or keeps it', third, [], ['third']],
  ])('%s', async (_, target, searchers, routes) => {
    expect(await fate(ask(), target, searchers)).toEqual(routes);
  });

  test.each<[string, Json]>([
    ['a request that only talks of it', { tools: [READ], system: '"web_search_20250305"' }],
    ['one that has other tools besides', { tools: [SEARCH, READ] }],
    ['one without tools', { tools: [] }],
  ])('%s stays where it is', async (_, more) => {
    expect(await fate(ask(more), blind, [seeing])).toEqual(['blind']);
  });

  test('a count of tokens stays where it is', async () => {
    expect(await fate({ ...ask(), endpoint: 'count_tokens' }, blind, [seeing])).toEqual(['blind']);
  });
});

describe('a search that nobody can make', () => {
  const expected = [
    { type: 'server_tool_use', name: 'web_search', input: { query: 'bun' } },
    {
      type: 'web_search_tool_result',
      content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
    },
    { type: 'text' },
  ];

  test.each([
    ['openai-chat', blind],
    ['anthropic-messages', without],
  ])('is told so, as a whole message (%s)', async (_, target) => {
    const reply = (await fate(ask({ stream: false }), target)) as Reply;
    const message = JSON.parse(Buffer.from(reply.body as Uint8Array).toString()) as Json;
    expect(message).toMatchObject({ role: 'assistant', model: 'm', content: expected });
    const text = JSON.stringify(message['content']);
    expect(text).toContain(
      `No web search was made: ${target.provider.label} (route ${target.route})`,
    );
    expect(text).toContain('"scenarios\\": { \\"webSearch');
    expect(text).toContain('Perplexity');
  });

  test('and as a stream', async () => {
    const reply = (await fate(ask(), blind)) as Reply;
    expect(reply.headers.get('content-type')).toStartWith('text/event-stream');
    const events = parseEvents(reply.body as Uint8Array);
    assertWellFormed(events);
    const starts = events.flatMap((event) =>
      event.type === 'content_block_start' ? [event.content_block] : [],
    );
    expect(starts.map(({ type }) => type)).toEqual(expected.map(({ type }) => type) as never);
  });
});
