import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { recordedRequests } from '../support/fixtures.ts';
import { text } from '../support/reply.ts';
import { anthropicEvents } from '../support/vendor-anthropic.ts';

/** What goes in and out on the anthropic-messages wire: the same bytes but for model and key. */
let upstream: FakeUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream({ wire: 'anthropic-messages', script: text('ok') });
  gateway = await startGateway({
    config: {
      modelRoutes: {
        'MiniMax-M2.5': routeTo(upstream, {
          preset: 'anthropic',
          alias: ['mm25', 'g5', 'claude-sonnet-4-6', 'claude-haiku-4-5-20251001'],
          model: 'upstream "quoted" model',
          headers: { 'X-Team': 'a' },
        }),
        'unknown-host': routeTo(upstream, { model: 'upstream-model' }),
        'anthropic-like': { preset: 'anthropic', baseURL: upstream.baseURL, alias: 'keyless' },
      },
    },
  });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

beforeEach(() => {
  upstream.requests.length = 0;
});

const sha256 = (bytes: string | Uint8Array) =>
  new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

const post = (body: string, more: RequestInit = {}, path = '/v1/messages') =>
  fetch(gateway.url + path, { method: 'POST', body, ...more });

const small = (more: object = {}) =>
  JSON.stringify({
    model: 'mm25',
    max_tokens: 16,
    messages: [{ role: 'user', content: 'hi' }],
    ...more,
  });

const withBodies = recordedRequests.filter((request) => request.body !== undefined);

describe('a request of the real client', () => {
  test('is recorded for more than one version', () => {
    expect(new Set(withBodies.map(({ name }) => name.split('/')[0])).size).toBeGreaterThan(1);
    expect(withBodies.length).toBeGreaterThan(12);
  });

  test.each(withBodies.map((request) => [request.name, request] as const))(
    '%s arrives with the same bytes but the model',
    async (_, recorded) => {
      for (const indent of [0, 1]) {
        const sent = JSON.stringify(recorded.body, null, indent);
        const wanted = JSON.stringify(
          { ...recorded.body, model: 'upstream "quoted" model' },
          null,
          indent,
        );
        const response = await post(sent, { headers: recorded.headers }, recorded.path);
        expect(response.status, await response.text()).toBe(200);
        const seen = upstream.last();
        expect(sha256(seen.body)).toBe(sha256(wanted));
        expect(seen.target).toBe(`/anthropic${recorded.path}`);
      }
    },
  );

  test.each(withBodies.map((request) => [request.name, request] as const))(
    '%s keeps its own headers, and none of its credentials',
    async (_, recorded) => {
      const response = await post(
        JSON.stringify(recorded.body),
        { headers: recorded.headers },
        recorded.path,
      );
      await response.arrayBuffer();
      const seen = upstream.last();
      for (const [name, value] of Object.entries(recorded.headers)) {
        if (name.startsWith('anthropic-') || name.startsWith('x-claude-code-')) {
          expect([name, seen.header(name)]).toEqual([name, value]);
        }
      }
      expect(JSON.stringify(seen.rawHeaders)).not.toContain('cc-route-dummy-key');
    },
  );
});

test('a host that nobody knows gets all but the billing line, which is for Anthropic', async () => {
  for (const { body = {}, headers, path } of withBodies) {
    const response = await post(
      JSON.stringify({ ...body, model: 'unknown-host' }),
      { headers },
      path,
    );
    expect(response.status, await response.text()).toBe(200);
    const system = body['system'] as readonly unknown[] | undefined;
    const billed = JSON.stringify(system?.[0] ?? '').includes('x-anthropic-billing-header:');
    const wanted = {
      ...body,
      model: 'upstream-model',
      ...(billed ? { system: system?.slice(1) } : {}),
    };
    expect(sha256(upstream.last().body)).toBe(sha256(JSON.stringify(wanted)));
  }
});

describe('a request that JSON.parse and stringify would change', () => {
  const bodies = {
    'big numbers': '{"model":"mm25","max_tokens":1e2,"big":12345678901234567890,"tiny":1e-400}',
    'white space and escapes':
      '\n{ "a\\u0062c" : "\\ud83d\\ude00 \\/" ,\t"model" :"mm25" , "messages": [ ] }\n',
    'the model last, and models inside':
      '{"messages":[{"model":"mm25"}],"tools":[{"name":"model","input_schema":{"model":"mm25"}}],"model":"mm25"}',
    'a lone surrogate': '{"model":"mm25","messages":[{"role":"user","content":"\\ud800"}]}',
  };
  test.each(Object.entries(bodies))('%s', async (_, body) => {
    const response = await post(body);
    expect(response.status, await response.text()).toBe(200);
    const at = body.lastIndexOf('"model"');
    const wanted =
      body.slice(0, at) + body.slice(at).replace('"mm25"', '"upstream \\"quoted\\" model"');
    expect(new TextDecoder().decode(upstream.last().body)).toBe(wanted);
  });
});

describe('the answer comes back with the same bytes', () => {
  const stream = anthropicEvents(
    {
      parts: [
        { type: 'text', text: 'Ünïcödé in several pieces, one after the other. '.repeat(20) },
      ],
    },
    'upstream-model',
  );
  const odd = [
    ...stream.slice(0, 3),
    ': a comment\n\n',
    'event: content_block_delta\r\nid: 7\r\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"unknown_delta","x":1e400}}\r\n\r\n',
    'event: brand_new_event\ndata: {"type":"brand_new_event"}\n\n',
    ...stream.slice(3),
  ].join('');
  const json =
    ' {"id":"msg_1","type":"message","role":"assistant","new_field":12345678901234567890, "content":[{"type":"text","text":"hi"}],"usage":{"input_tokens":1,"output_tokens":1}} ';

  test.each([{}, { gzip: true }, { chunkBytes: 1 }, { chunkBytes: 997 }])(
    'a stream delivered as %j',
    async (delivery) => {
      upstream.enqueue({
        kind: 'raw',
        status: 200,
        body: odd,
        ...delivery,
        headers: { 'content-type': 'text/event-stream; charset=utf-8' },
      });
      const response = await post(small({ stream: true }));
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      expect(response.headers.get('content-encoding')).toBeNull();
      expect(sha256(await response.bytes())).toBe(sha256(odd));
    },
  );

  test.each([{}, { gzip: true }, { chunkBytes: 1 }])('JSON delivered as %j', async (delivery) => {
    upstream.enqueue({
      kind: 'raw',
      status: 200,
      body: json,
      ...delivery,
      headers: { 'content-type': 'application/json' },
    });
    const response = await post(small());
    expect(sha256(await response.bytes())).toBe(sha256(json));
  });

  test.each([400, 413, 422, 429, 529])('an error with status %d', async (status) => {
    const body = `{"type":"error", "error":{"type":"some_error","message":"in the vendor's words"},"extra":1e400}`;
    upstream.use({
      kind: 'raw',
      status,
      body,
      headers: {
        'content-type': 'application/json',
        'retry-after': '0',
        'request-id': 'req_theirs',
      },
    });
    const response = await post(small());
    upstream.use(text('ok'));
    expect(await response.text()).toBe(body);
    expect(response.status).toBe(status);
    expect(response.headers.get('request-id')).toBe('req_theirs');
    if (status === 429) expect(response.headers.get('retry-after')).toBe('0');
  });
});

describe('headers', () => {
  test('that nobody knows pass in both directions, repeated ones too', async () => {
    upstream.enqueue({
      ...text('ok'),
      headers: { 'x-new-answer-header': 'a, b', 'request-id': 'req_theirs' },
    });
    const response = await post(
      small(),
      {
        headers: {
          'anthropic-beta': 'a-2025-01-01,b-2026-02-02, c',
          'anthropic-brand-new': 'x',
          'x-claude-code-brand-new': 'y',
        },
      },
      '/v1/messages?beta=true&beta=false&odd=%2F%20+&empty',
    );
    await response.arrayBuffer();
    const seen = upstream.last();
    expect(seen.target).toBe('/anthropic/v1/messages?beta=true&beta=false&odd=%2F%20+&empty');
    expect(seen.header('anthropic-beta')).toBe('a-2025-01-01,b-2026-02-02, c');
    expect(seen.header('anthropic-brand-new')).toBe('x');
    expect(seen.header('x-claude-code-brand-new')).toBe('y');
    expect(seen.header('x-team')).toBe('a');
    expect(response.headers.get('x-new-answer-header')).toBe('a, b');
    expect(response.headers.get('request-id')).toBe('req_theirs');
    expect(response.headers.get('x-cc-route-target')).toContain('upstream "quoted" model');
  });

  const credentials = {
    authorization: 'Bearer client-secret-1',
    'x-api-key': 'client-secret-2',
    cookie: 'session=client-secret-3',
    'proxy-authorization': 'Basic client-secret-4',
  };

  test('with credentials of the client never reach a provider with its own key', async () => {
    const response = await post(small(), { headers: credentials });
    expect(response.status, await response.text()).toBe(200);
    const seen = JSON.stringify(upstream.last().rawHeaders);
    expect(seen).not.toContain('client-secret');
    expect(seen.split('provider-key')).toHaveLength(2);
  });

  test("with credentials of the client never reach another host in Anthropic's place", async () => {
    const response = await post(small({ model: 'keyless' }), { headers: credentials });
    await response.arrayBuffer();
    expect(JSON.stringify(upstream.requests.map((request) => request.rawHeaders))).not.toContain(
      'client-secret',
    );
    expect(JSON.stringify([...response.headers])).not.toContain('client-secret');
  });
});
