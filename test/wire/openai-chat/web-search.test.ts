import { describe, expect, test } from 'bun:test';
import { openaiChat } from '../../../src/wire/openai-chat/index.ts';
import { sourcesInText } from '../../../src/wire/openai-chat/sources.ts';
import { recordedRequests } from '../../support/fixtures.ts';
import { assertWellFormed } from '../../support/grammar.ts';
import {
  bodyOf,
  chatTarget,
  CHUNK_SIZES,
  decodeStream,
  encodeChat,
  sse,
  testCall,
  type ChatTargetOptions,
  type Json,
} from '../../support/openai-chat.ts';

const QUERY = 'bun latest version';

/** Claude Code's side request, with what its tool can be told besides. */
const ask = (tool: Json = {}, more: Json = {}): Json => ({
  model: 'm',
  max_tokens: 100,
  stream: true,
  messages: [
    {
      role: 'user',
      content: [{ type: 'text', text: `Perform a web search for the query: ${QUERY}` }],
    },
  ],
  tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8, ...tool }],
  tool_choice: { type: 'auto' },
  ...more,
});

const sent = (options: ChatTargetOptions, tool: Json = {}, more: Json = {}) =>
  encodeChat(ask(tool, more), chatTarget(options));

const DOMAINS = { allowed_domains: ['bun.com', 'github.com'], blocked_domains: ['x.test'] };

describe('a web search on its way to the vendor', () => {
  test.each<[string, ChatTargetOptions, Json, Json]>([
    ['OpenRouter', { preset: 'openrouter' }, {}, { plugins: [{ id: 'web' }] }],
    [
      'OpenRouter, with domains',
      { preset: 'openrouter' },
      DOMAINS,
      {
        plugins: [
          {
            id: 'web',
            include_domains: ['bun.com', 'github.com'],
            exclude_domains: ['x.test'],
          },
        ],
      },
    ],
    [
      'OpenAI, with a place',
      { preset: 'openai', model: 'gpt-5-search-api' },
      { user_location: { type: 'approximate', city: 'Paris', country: 'FR' } },
      {
        web_search_options: {
          user_location: { type: 'approximate', approximate: { city: 'Paris', country: 'FR' } },
        },
      },
    ],
    [
      'Perplexity, with domains',
      { preset: 'perplexity', model: 'sonar' },
      DOMAINS,
      { search_domain_filter: ['bun.com', 'github.com', '-x.test'] },
    ],
    [
      'Groq, with domains',
      { preset: 'groq', model: 'groq/compound' },
      DOMAINS,
      {
        search_settings: {
          include_domains: ['bun.com', 'github.com'],
          exclude_domains: ['x.test'],
        },
      },
    ],
    [
      'Model Studio',
      { preset: 'dashscope', model: 'qwen-plus' },
      {},
      { enable_search: true, search_options: { forced_search: true } },
    ],
    [
      'GLM',
      { preset: 'glm', model: 'glm-4.6' },
      DOMAINS,
      {
        tools: [
          {
            type: 'web_search',
            web_search: {
              enable: true,
              search_engine: 'search_pro',
              search_result: true,
              search_query: QUERY,
              search_domain_filter: 'bun.com',
            },
          },
        ],
      },
    ],
    [
      'Kimi',
      { preset: 'kimi', model: 'kimi-k2.6' },
      {},
      {
        stream: false,
        thinking: { type: 'disabled' },
        tools: [{ type: 'builtin_function', function: { name: '$web_search' } }],
      },
    ],
  ])('%s', (_, options, tool, expected) => {
    expect(sent(options, tool)).toMatchObject(expected);
  });

  test('Perplexity and Groq search without being asked', () => {
    for (const options of [
      { preset: 'perplexity', model: 'sonar' },
      { preset: 'groq', model: 'groq/compound-mini' },
    ]) {
      const body = sent(options);
      for (const field of ['tools', 'search_domain_filter', 'search_settings']) {
        expect(body).not.toHaveProperty(field);
      }
    }
  });

  test("beside other tools Kimi's is left out: only the client could answer those", () => {
    const tools = [
      { type: 'web_search_20250305', name: 'web_search' },
      { name: 'Read', description: 'd', input_schema: { type: 'object' } },
    ];
    const body = sent({ preset: 'kimi', model: 'kimi-k2.6' }, {}, { tools });
    expect((body['tools'] as Json[]).map((tool) => tool['type'])).toEqual(['function']);
    expect(body['stream']).toBe(true);
  });

  test('what the real client sends is understood', () => {
    const recorded = recordedRequests.find(({ name }) => name.endsWith('web-search-subrequest'));
    const target = chatTarget({ preset: 'glm', model: 'glm-4.6' });
    expect(encodeChat({ ...recorded?.body }, target)).toMatchObject({
      tools: [{ type: 'web_search', web_search: { search_query: QUERY } }],
    });
  });
});

const BUN = { title: 'Bun', url: 'https://bun.com' };
const HUB = { title: 'Releases', url: 'https://github.com/oven-sh/bun/releases' };
const result = ({ title, url }: typeof BUN, page_age: string | null = null) => ({
  type: 'web_search_result',
  title,
  url,
  encrypted_content: '',
  page_age,
});
const cited = ({ title, url }: typeof BUN) => ({
  type: 'url_citation',
  url_citation: { title, url, start_index: 0, end_index: 1 },
});
const delta = (fields: Json, more: Json = {}) => ({
  choices: [{ index: 0, delta: fields, finish_reason: null }],
  ...more,
});
const DONE = [{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]'] as const;

type Shape = [
  string,
  ChatTargetOptions,
  readonly (Json | string)[],
  readonly unknown[],
  'first' | 'last',
];

describe("the vendor's sources as search results", () => {
  test.each<Shape>([
    [
      'Perplexity: in each chunk, beside the choices',
      { preset: 'perplexity', model: 'sonar' },
      [
        delta({ content: 'It is ' }, { search_results: [{ ...BUN, date: '2026-01-02' }, HUB] }),
        delta({ content: '1.4.5.' }, { search_results: [{ ...BUN, date: '2026-01-02' }, HUB] }),
        ...DONE,
      ],
      [result(BUN, '2026-01-02'), result(HUB)],
      'first',
    ],
    [
      'Perplexity, older: addresses alone',
      { preset: 'perplexity', model: 'sonar' },
      [delta({ content: 'It is 1.4.5.' }, { citations: [BUN.url] }), ...DONE],
      [result({ title: 'bun.com', url: BUN.url })],
      'first',
    ],
    [
      'OpenRouter and OpenAI: annotations behind the text',
      { preset: 'openrouter' },
      [
        delta({ content: 'It is 1.4.5.' }),
        delta({ content: '', annotations: [cited(BUN), cited(HUB), cited(BUN)] }),
        ...DONE,
      ],
      [result(BUN), result(HUB)],
      'last',
    ],
    [
      'GLM: a list of its own',
      { preset: 'glm', model: 'glm-4.6' },
      [
        delta(
          { content: 'It is 1.4.5.' },
          { web_search: [{ title: 'Bun', link: BUN.url, publish_date: '2026-01-02', refer: '1' }] },
        ),
        ...DONE,
      ],
      [result(BUN, '2026-01-02')],
      'first',
    ],
    [
      'Groq: the tools that ran',
      { preset: 'groq', model: 'groq/compound' },
      [
        delta({ executed_tools: [{ type: 'search', search_results: { results: [BUN] } }] }),
        delta({ content: 'It is 1.4.5.' }),
        ...DONE,
      ],
      [result(BUN)],
      'first',
    ],
    [
      'nobody: the links in the text',
      { preset: 'dashscope', model: 'qwen-plus' },
      [delta({ content: 'It is 1.4.5, says [Bun](https://bun.com).' }), ...DONE],
      [result(BUN)],
      'last',
    ],
  ])('%s', (_, options, chunks, found, place) => {
    const target = chatTarget(options);
    for (const size of CHUNK_SIZES) {
      const { events, message } = decodeStream([sse(...chunks)], { request: ask(), target, size });
      assertWellFormed(events);
      const content = message['content'] as Json[];
      const [search, results, text] =
        place === 'first' ? content : [...content.slice(1), content[0]];
      expect(search).toMatchObject({
        type: 'server_tool_use',
        name: 'web_search',
        input: { query: QUERY },
      });
      expect(String(search?.['id'])).toMatch(/^srvtoolu_\w{24}$/);
      expect(results).toEqual({
        type: 'web_search_tool_result',
        tool_use_id: search?.['id'],
        content: found,
      });
      expect(String(text?.['text'])).toStartWith('It is 1.4.5');
      expect(content).toHaveLength(3);
      expect(message).toMatchObject({
        stop_reason: 'end_turn',
        usage: { server_tool_use: { web_search_requests: 1 } },
      });
    }
  });

  test('a whole reply gives the same', () => {
    const { decoder } = openaiChat.encode(testCall(ask()), chatTarget({ preset: 'openrouter' }));
    const message = { role: 'assistant', content: 'It is 1.4.5.', annotations: [cited(BUN)] };
    const { body } = decoder.body(
      Buffer.from(JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] })),
    );
    expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({
      content: [
        { type: 'server_tool_use', input: { query: QUERY } },
        { type: 'web_search_tool_result', content: [result(BUN)] },
        { type: 'text', text: 'It is 1.4.5.' },
      ],
    });
  });

  test('a plain answer stays one; an empty one is a search that failed', () => {
    const target = chatTarget({ preset: 'openrouter' });
    const decode = (text: string) =>
      decodeStream([sse(delta({ content: text }), ...DONE)], { request: ask(), target }).message;
    expect(decode('I know that.')['content']).toEqual([{ type: 'text', text: 'I know that.' }]);
    expect((decode('')['content'] as Json[])[1]).toMatchObject({
      type: 'web_search_tool_result',
      content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
    });
  });

  test('without a search nothing of this happens', () => {
    const target = chatTarget({ preset: 'openrouter' });
    const chunks = [delta({ content: 'a', annotations: [cited(BUN)] }), ...DONE];
    const { message } = decodeStream([sse(...chunks)], { target });
    expect(message['content']).toEqual([{ type: 'text', text: 'a' }]);
  });
});

describe("Kimi's search in rounds", () => {
  const target = chatTarget({ preset: 'kimi', model: 'kimi-k2.6' });
  const call = (id: string, name = '$web_search') => ({
    index: 0,
    id,
    type: 'builtin_function',
    function: { name, arguments: `{"search_result":{"search_id":"${id}"}}` },
  });
  const reply = (message: Json, reason: string) =>
    Buffer.from(JSON.stringify({ choices: [{ index: 0, message, finish_reason: reason }] }));

  test('the arguments come back as the result, until there is an answer', () => {
    const encoded = openaiChat.encode(testCall(ask()), target);
    const first = { role: 'assistant', content: '', tool_calls: [call('one')] };
    const next = encoded.followUp?.(reply(first, 'tool_calls')) ?? new Uint8Array();
    const { messages, ...rest } = bodyOf({ ...encoded, body: next });
    const { messages: before, ...same } = bodyOf(encoded);
    expect(rest).toEqual(same);
    expect(messages).toEqual([
      ...(before as Json[]),
      first,
      {
        role: 'tool',
        tool_call_id: 'one',
        name: '$web_search',
        content: '{"search_result":{"search_id":"one"}}',
      },
    ]);
    const answer = reply({ role: 'assistant', content: 'It is 1.4.5.' }, 'stop');
    expect(encoded.followUp?.(answer)).toBeNull();
  });

  test('not for ever, not for a call of anything else, not for what is no reply', () => {
    const rounds = openaiChat.encode(testCall(ask()), target);
    const again = reply({ role: 'assistant', tool_calls: [call('x')] }, 'tool_calls');
    for (let round = 0; round < 8; round += 1) expect(rounds.followUp?.(again)).not.toBeNull();
    expect(rounds.followUp?.(again)).toBeNull();
    const other = openaiChat.encode(testCall(ask()), target);
    const calls = [call('y'), call('z', 'Read')];
    expect(
      other.followUp?.(reply({ role: 'assistant', tool_calls: calls }, 'tool_calls')),
    ).toBeNull();
    expect(other.followUp?.(Buffer.from('<html>'))).toBeNull();
    expect(openaiChat.encode(testCall({ ...ask(), tools: [] }), target)).not.toHaveProperty(
      'followUp',
    );
  });
});

test('sources that a text names: links, bare addresses, each once', () => {
  const text =
    'See [Bun [docs]](https://bun.com/a_(b)) and https://bun.com/x. Also （https://例え.test/路径）, [again](https://bun.com/x), [no](ftp://a).';
  expect(sourcesInText(text).map(({ title, url }) => [title, url])).toEqual([
    ['Bun [docs]', 'https://bun.com/a_(b)'],
    ['again', 'https://bun.com/x'],
    ['xn--r8jz45g.test', 'https://例え.test/路径'],
  ]);
});
