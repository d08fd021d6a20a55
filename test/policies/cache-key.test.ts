import { describe, expect, test } from 'bun:test';
import type Anthropic from '@anthropic-ai/sdk';
import { scanBody } from '../../src/core/body-scan.ts';
import { Secret } from '../../src/lib/secret.ts';
import { cacheKey } from '../../src/policies/cache-key.ts';
import type { Target } from '../../src/providers/target.ts';
import { testCall } from '../support/call.ts';
import { testTarget } from '../support/target.ts';

type Field =
  | keyof Anthropic.MessageCreateParamsNonStreaming
  | keyof Anthropic.Beta.MessageCreateParamsNonStreaming
  | 'temperature'
  | 'top_p'
  | 'top_k';

const cached = { type: 'ephemeral', ttl: '5m' };

/** A value for every field of the API's types: a new one in the SDK doesn't compile until it is here. */
const REQUEST: Record<Exclude<Field, 'metadata' | 'stream'>, unknown> = {
  model: 'test-model',
  max_tokens: 1024,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?', cache_control: cached },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
        { type: 'document', source: { type: 'url', url: 'https://a.test/b.pdf' }, title: 'B' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: { x: 1, y: [2, 3.5] } } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', is_error: false, content: 'a cat' },
        { type: 'text', text: 'And now?' },
      ],
    },
  ],
  system: [{ type: 'text', text: 'Be brief.', cache_control: cached }],
  temperature: 0,
  top_p: 0.9,
  top_k: 40,
  stop_sequences: ['END', 'STOP'],
  tools: [
    {
      name: 'look',
      description: 'Looks at something.',
      input_schema: {
        type: 'object',
        properties: { at: { type: 'object' }, deep: { type: 'boolean', default: true } },
        required: ['at'],
      },
    },
  ],
  tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 1024 },
  thread: { id: 'thread_1' },
  output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } } },
  output_format: { type: 'json_schema', schema: { type: 'object' } },
  context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
  compaction: { type: 'auto' },
  container: { id: 'container_1', skills: [{ type: 'custom', skill_id: 's', version: '1' }] },
  mcp_servers: [{ type: 'url', url: 'https://mcp.test', name: 'm', authorization_token: 't' }],
  cache_control: cached,
  diagnostics: { level: 'full' },
  inference_geo: 'eu',
  service_tier: 'auto',
  speed: 'fast',
  billing_policy: { type: 'a' },
  fallback_credit_token: 'credit',
  fallbacks: [{ model: 'other' }],
  betas: ['a-2026-01-01', 'b-2026-02-02'],
  user_profile_id: 'profile_1',
  workspace_id: 'workspace_1',
};

const keyOf = (body: object, changes: Parameters<typeof testCall>[1] = {}, target = testTarget()) =>
  cacheKey(testCall(body, changes), target);
const keyOfText = (text: string) => {
  const body = Buffer.from(text);
  return cacheKey({ ...testCall(), body, ...scanBody(body) }, testTarget());
};

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Every value that differs from `value` in one place, each with the name of that place. */
function* variants(value: Json, path = '$'): Generator<readonly [string, Json]> {
  if (Array.isArray(value)) {
    yield [`${path} one more`, [...value, ...value.slice(-1)]];
    if (value.length > 1) yield [`${path} another order`, value.toReversed()];
    for (const [index, item] of value.entries()) {
      yield [`${path}[${index}] gone`, value.toSpliced(index, 1)];
      for (const [name, other] of variants(item, `${path}[${index}]`)) {
        yield [name, value.with(index, other)];
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    yield [`${path} one more`, { ...value, surplus: 1 }];
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...rest } = value;
      yield [`${path}.${key} gone`, rest];
      yield [`${path}.${key} by another name`, { ...rest, [`${key}_`]: item }];
      for (const [name, other] of variants(item, `${path}.${key}`)) {
        yield [name, { ...value, [key]: other }];
      }
    }
  } else {
    const others: Json[] = [null, true, false, 0, 1, -1, '', '0', 'null'];
    if (typeof value === 'number') others.push(value + 1, value + 2 ** -30, String(value));
    if (typeof value === 'string') others.push(`${value} `, `${value}x`, value.slice(1), [value]);
    for (const other of others) if (other !== value) yield [`${path} as ${typeof other}`, other];
  }
}

describe('two requests never share a key when they differ', () => {
  test('in any one place of any field of the API', () => {
    const seen = new Map<string, string>();
    let count = 0;
    for (const [place, body] of variants(REQUEST as Json)) {
      const text = JSON.stringify(body);
      // Without a model a body gets no further than the endpoint.
      if (typeof (body as { model?: unknown }).model !== 'string' || place.includes('.model as'))
        continue;
      const key = keyOf(body as object);
      const twin = seen.get(key);
      // Two variants may come to the same body by different ways.
      if (twin !== undefined) expect([place, text]).toEqual([place, twin]);
      seen.set(key, text);
      count += 1;
    }
    expect(count).toBeGreaterThan(1000);
    expect(seen.size).toBeGreaterThan(900);
    expect(seen.has(keyOf(REQUEST))).toBe(false);
  });

  test('in a number that JSON.parse would round, or in what stands behind a key twice', () => {
    const texts = [
      '{"model":"m","n":12345678901234567890}',
      '{"model":"m","n":12345678901234567891}',
      '{"model":"m","n":1e400}',
      '{"model":"m","n":1e401}',
      '{"model":"m","n":null}',
      '{"model":"m","n":1,"n":2}',
      '{"model":"m","n":2,"n":1}',
      '{"model":"m","n":2}',
      '{"model":"m","n":"\\ud800"}',
      '{"model":"m","n":"\ufffd"}',
      `{"model":"m","${'k'.repeat(60)}1":1}`,
      `{"model":"m","${'k'.repeat(60)}2":1}`,
      `{"model":"m","n":${'['.repeat(100)}1${']'.repeat(100)}}`,
      `{"model":"m","n":${'['.repeat(100)}2${']'.repeat(100)}}`,
    ];
    expect(new Set(texts.map(keyOfText)).size).toBe(texts.length);
  });

  test('in how values are put together', () => {
    const texts = [
      '{"model":"m","a":["b","c"]}',
      '{"model":"m","a":["b,c"]}',
      '{"model":"m","a":[["b"],"c"]}',
      '{"model":"m","a":["b",["c"]]}',
      '{"model":"m","a":{"b":"c"}}',
      '{"model":"m","a":"b","c":[]}',
      '{"model":"m","a":["b","c",[]]}',
    ];
    expect(new Set(texts.map(keyOfText)).size).toBe(texts.length);
  });

  test('in target, credential, query or a header that may decide', () => {
    const secret = (value: string): Partial<Target> => ({
      credential: { kind: 'secret', secret: new Secret(value), origin: 'file' },
    });
    const client = { credential: { kind: 'client' } } as const;
    const shows = (authorization: string) => ({
      credential: { authorization: new Secret(authorization) },
    });
    const header = (name: string, value: string) => ({ headers: new Headers({ [name]: value }) });
    const keys = [
      keyOf({}),
      ...[
        { baseURL: 'http://127.0.0.1:10/anthropic' },
        { wire: 'openai-chat' } as const,
        { model: 'other' },
        { apiVersion: '1' },
        { headers: { 'x-team': 'a' } },
        { headers: { 'x-team': 'b' } },
        { facts: { maxOutputTokens: 5 } },
        { provider: { ...testTarget().provider, name: 'other' } },
        secret('one'),
        secret('two'),
        { credential: { kind: 'command', command: 'a' } } as const,
        { credential: { kind: 'command', command: 'b' } } as const,
      ].map((changes) => keyOf({}, {}, testTarget(changes))),
      keyOf({}, shows('Bearer a'), testTarget(client)),
      keyOf({}, shows('Bearer b'), testTarget(client)),
      keyOf({}, { query: '?beta=true' }),
      keyOf({}, header('anthropic-beta', 'a-2026-01-01')),
      keyOf({}, header('anthropic-beta', 'b-2026-01-01')),
      keyOf({}, header('anthropic-version', '2023-06-01')),
      keyOf({}, header('x-brand-new', 'a')),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('two requests share a key', () => {
  test('in another order of keys, with other spaces', () => {
    const one = '{"model":"m","a":{"x":1,"y":[1,{"p":1,"q":2}]},"b":"c"}';
    const two = ' {"b" : "c",\n"a":{ "y":[ 1 , {"q":2,"p":1}], "x":1 } , "model":"m"} ';
    expect(keyOfText(one)).toBe(keyOfText(two));
  });

  test('whoever asks, and however the answer is delivered', () => {
    const key = keyOf({ temperature: 0 });
    expect(keyOf({ temperature: 0, metadata: { user_id: 'a' } })).toBe(key);
    expect(keyOf({ temperature: 0, metadata: { user_id: 'b' }, stream: false })).toBe(key);
    const headers = new Headers({
      'user-agent': 'claude-cli/2.1.330',
      'x-stainless-retry-count': '2',
      'x-claude-code-session-id': 's',
      accept: 'application/json',
    });
    expect(keyOf({ temperature: 0 }, { headers })).toBe(key);
  });

  test("a client's own credential makes no difference where it is not used", () => {
    const shown = { credential: { authorization: new Secret('Bearer a') } };
    expect(keyOf({}, shown)).toBe(keyOf({}));
  });
});

test('a key tells nothing', () => {
  const target = testTarget({
    credential: { kind: 'secret', secret: new Secret('sk-secret'), origin: 'file' },
  });
  expect(keyOf({}, {}, target)).toMatch(/^[\w-]{43}$/);
});
