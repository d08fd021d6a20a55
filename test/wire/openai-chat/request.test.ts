import { describe, expect, test } from 'bun:test';
import { openaiChat } from '../../../src/wire/openai-chat/index.ts';
import {
  ASK,
  bodyOf,
  chatTarget,
  encodeChat,
  testCall,
  type Json,
} from '../../support/openai-chat.ts';
import { assertChatRequest } from '../../support/openai-schema.ts';

const ask = (more: Json): Json => ({ ...ASK, ...more });
const messagesOf = (body: Json) => body['messages'] as Json[];
const encode = (request: Json, ...options: Parameters<typeof chatTarget>) =>
  encodeChat(request, chatTarget(...options));

describe('address and headers', () => {
  test('nothing of the client is sent on', () => {
    const call = testCall(ASK, { 'anthropic-beta': 'x', 'x-app': 'cli' });
    const { url, headers } = openaiChat.encode(call, chatTarget());
    expect(url).toBe('http://upstream.test/v1/chat/completions');
    expect(Object.fromEntries(headers)).toEqual({
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'user-agent': 'cc-route',
    });
  });

  test("the provider's headers, then the route's", () => {
    const target = chatTarget({ preset: 'openrouter', changes: { headers: { 'X-Team': 'a' } } });
    const { headers } = openaiChat.encode(testCall(ask({ stream: false })), target);
    expect(headers.get('x-title')).toBe('cc-route');
    expect(headers.get('x-team')).toBe('a');
    expect(headers.get('accept')).toBe('application/json');
  });

  const azure = (baseURL: string, apiVersion?: string) => {
    const changes = { baseURL, ...(apiVersion === undefined ? {} : { apiVersion }) };
    const target = chatTarget({ preset: 'azure_openai', model: 'my gpt', changes });
    return openaiChat.encode(testCall(ASK), target).url;
  };
  test.each([
    [
      'https://r.openai.azure.com',
      undefined,
      '/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
    ],
    [
      'https://r.openai.azure.com',
      '2025-01-01-preview',
      '/openai/deployments/my%20gpt/chat/completions?api-version=2025-01-01-preview',
    ],
    ['https://r.openai.azure.com/openai/v1', undefined, '/openai/v1/chat/completions'],
    [
      'https://r.openai.azure.com/openai/v1',
      'preview',
      '/openai/v1/chat/completions?api-version=preview',
    ],
    [
      'https://r.openai.azure.com/openai/deployments/d',
      undefined,
      '/openai/deployments/d/chat/completions?api-version=2024-10-21',
    ],
  ])('Azure %s %s', (base, version, path) => {
    expect(azure(base, version)).toBe(`https://r.openai.azure.com${path}`);
  });
});

describe('top level', () => {
  test('max_tokens is held to the limit of the model, in the field of the vendor', () => {
    const facts = { maxOutputTokens: 8192 };
    expect(encode(ask({ max_tokens: 128_000 }), { facts })).toMatchObject({ max_tokens: 8192 });
    expect(encode(ask({ max_tokens: 100 }), { facts })).toMatchObject({ max_tokens: 100 });
    expect(encode(ask({ max_tokens: 0 }), { facts })).toMatchObject({ max_tokens: 1 });
    const openai = encode(ask({ max_tokens: 128_000 }), { preset: 'openai', model: 'gpt-4o' });
    expect(openai).toMatchObject({ max_completion_tokens: 16_384 });
    expect(openai).not.toHaveProperty('max_tokens');
  });

  test('the window suffix goes, where the name is passed on', () => {
    expect(encode(ask({ model: 'kimi-k2[1m]' }), { changes: { model: null } })['model']).toBe(
      'kimi-k2',
    );
  });

  test('a temperature of 1 and what reasoning models reject are left out', () => {
    const sampling = { temperature: 0.2, top_p: 0.9, top_k: 5 };
    expect(encode(ask(sampling))).toMatchObject({ temperature: 0.2, top_p: 0.9 });
    expect(encode(ask(sampling))).not.toHaveProperty('top_k');
    expect(encode(ask(sampling), { preset: 'openrouter' })).toMatchObject({ top_k: 5 });
    expect(encode(ask({ temperature: 1 }))).not.toHaveProperty('temperature');
    const fixed = encode(ask(sampling), { preset: 'openai', model: 'gpt-5' });
    expect(fixed).not.toHaveProperty('temperature');
    expect(fixed).not.toHaveProperty('top_p');
  });

  test('stream_options only with a stream, and not where it is rejected', () => {
    expect(encode(ask({ stream: false }))).not.toHaveProperty('stream_options');
    expect(encode(ask({}), { preset: 'mistral' })).not.toHaveProperty('stream_options');
  });

  test('a whole reply is asked for as a stream where the vendor limits whole ones', () => {
    expect(encode(ask({ stream: false }), { preset: 'fireworks' })['stream']).toBe(true);
  });

  test('the effort of structured output', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
    const closed = { ...schema, additionalProperties: false };
    const format = (one: Json) =>
      ask({ output_config: { format: { type: 'json_schema', schema: one } } });
    const sent = (one: Json, preset?: string) =>
      encode(format(one), preset === undefined ? {} : { preset })['response_format'];
    expect(sent(closed, 'openai')).toMatchObject({ json_schema: { schema: closed, strict: true } });
    expect(sent(schema, 'openai')).toMatchObject({ json_schema: { strict: false } });
    expect(sent(closed)).toMatchObject({ type: 'json_schema', json_schema: { strict: false } });
    const deepseek = encode(format(closed), { preset: 'deepseek' });
    expect(deepseek['response_format']).toEqual({ type: 'json_object' });
    expect(messagesOf(deepseek)[0]).toMatchObject({ role: 'system' });
    expect(String(messagesOf(deepseek)[0]?.['content'])).toContain(JSON.stringify(closed));
    expect(encode(format(closed), { preset: 'minimax' })).not.toHaveProperty('response_format');
    const older = ask({ output_format: { type: 'json_schema', schema: closed } });
    expect(encode(older)).toHaveProperty('response_format');
    const loose = { type: 'object', properties: { a: { const: 'x' } }, required: ['a', 'b'] };
    const { json_schema: inDialect } = sent(loose, 'kimi') as { json_schema: Json };
    expect(inDialect['schema']).toEqual({
      type: 'object',
      properties: { a: { enum: ['x'] } },
      required: ['a'],
    });
  });

  test('structured output where it excludes tools, or streams', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    const format = { output_config: { format: { type: 'json_schema', schema } } };
    const tools = [{ name: 'A', input_schema: { type: 'object' } }];
    const sent = (preset: string, more: Json = {}) =>
      encode(ask({ ...format, ...more }), { preset });
    expect(sent('groq')).toMatchObject({ stream: false, response_format: { type: 'json_object' } });
    expect(sent('groq', { tools })).toMatchObject({ stream: true });
    for (const preset of ['groq', 'cerebras', 'gemini']) {
      const withTools = sent(preset, { tools });
      expect(withTools).not.toHaveProperty('response_format');
      expect(String(messagesOf(withTools)[0]?.['content'])).toContain(JSON.stringify(schema));
      expect(sent(preset)).toHaveProperty('response_format');
    }
    expect(sent('openai', { tools })).toHaveProperty('response_format');
  });

  test('fields that the route lets through, and those that it adds', () => {
    const compat = { passFields: ['provider', 'absent'], extraBody: { seed: 1 } };
    const body = encode(ask({ provider: { only: ['x'] }, other: 1 }), { compat });
    expect(body).toMatchObject({ provider: { only: ['x'] }, seed: 1 });
    expect(body).not.toHaveProperty('other');
    expect(body).not.toHaveProperty('absent');
  });

  test('the same request gives the same bytes', () => {
    const target = chatTarget({ preset: 'openai' });
    const one = openaiChat.encode(testCall(ASK), target).body;
    expect(openaiChat.encode(testCall(structuredClone(ASK)), target).body).toEqual(one);
  });
});

describe('system', () => {
  const system = (blocks: unknown, preset?: string) =>
    messagesOf(encode(ask({ system: blocks }), preset === undefined ? {} : { preset }))[0];
  const billing = 'x-anthropic-billing-header: cc_version=1; cc_entrypoint=cli;';

  test('only the line of the first block is cut, and one empty line behind it', () => {
    const text = `${billing}\n\nYou are.\n${billing}`;
    expect(system([{ type: 'text', text }])?.['content']).toBe(`You are.\n${billing}`);
    expect(system(text)?.['content']).toBe(`You are.\n${billing}`);
    expect(
      system([
        { type: 'text', text: 'A' },
        { type: 'text', text: billing },
      ])?.['content'],
    ).toBe(`A\n\n${billing}`);
  });

  test('nothing left, no message', () => {
    expect(system([{ type: 'text', text: billing }])).toMatchObject({ role: 'user' });
    expect(system(' \n')).toMatchObject({ role: 'user' });
  });
});

describe('malformed bodies are refused with the place', () => {
  test.each([
    ['no list', { messages: 'hi' }, /"messages" must be a list/],
    ['no messages', { messages: [] }, /no message with any content/],
    ['no object', { messages: [1] }, /"messages.0" must be an object/],
    ['a role', { messages: [{ role: 'tool', content: 'x' }] }, /messages.0.role: Input should be/],
    ['no content', { messages: [{ role: 'user' }] }, /"messages.0.content" must be/],
    [
      'only white space',
      { messages: [{ role: 'user', content: ' ' }] },
      /no message with any content/,
    ],
  ])('%s', (_name, request, message) => {
    expect(() => encode({ ...ASK, ...request })).toThrow(message);
  });

  test('nested without end', () => {
    let input: unknown = 1;
    for (let depth = 0; depth < 30_000; depth += 1) input = [input];
    const messages = [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'X', input }] },
    ];
    expect(() => encode(ask({ messages }))).toThrow(/nested more than 256 levels/);
    expect(() => encode(ask({ tools: [{ name: 'X', input_schema: { a: input } }] }))).toThrow(
      /nested more than 256 levels/,
    );
  });

  test.each([
    [
      'null everywhere',
      {
        system: null,
        tools: null,
        tool_choice: null,
        thinking: null,
        stop_sequences: null,
        metadata: null,
        output_config: null,
      },
    ],
    [
      'wrong types everywhere',
      {
        system: 5,
        tools: 'x',
        tool_choice: [],
        thinking: 7,
        stop_sequences: 'a',
        output_config: [],
        max_tokens: 'x',
        temperature: 'hot',
      },
    ],
    [
      'blocks of no kind',
      {
        messages: [
          {
            role: 'user',
            content: [
              null,
              1,
              {},
              { type: 'text' },
              { type: 'image' },
              { type: 'document' },
              { type: 'tool_result' },
            ],
          },
        ],
      },
    ],
    ['tools of no kind', { tools: [null, {}, { name: 7 }, { name: 'a', input_schema: [] }] }],
  ])('but tolerated: %s', (_name, request) => {
    const body = encode({ ...ASK, ...request });
    assertChatRequest(body);
  });
});

test('a request of 200 kB is encoded in a few milliseconds', () => {
  const content = Array.from({ length: 50 }, (_, index) => ({
    type: 'text',
    text: `${index} ${'word '.repeat(800)}`,
  }));
  const target = chatTarget();
  const call = testCall(ask({ messages: [{ role: 'user', content }] }));
  for (let count = 0; count < 20; count += 1) openaiChat.encode(call, target);
  const start = performance.now();
  for (let count = 0; count < 20; count += 1) openaiChat.encode(call, target);
  expect((performance.now() - start) / 20).toBeLessThan(20);
  expect(bodyOf(openaiChat.encode(call, target))['model']).toBe('upstream-model');
});
