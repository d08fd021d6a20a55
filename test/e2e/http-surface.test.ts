import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { text } from '../support/reply.ts';

const ORIGIN = 'https://my.page';
const TOKEN = 'the-gateway-token';
const LIMIT = 33_554_432;

let gateway: RunningGateway;
let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await startFakeUpstream({ wire: 'anthropic-messages', script: text('ok') });
  gateway = await startGateway({
    config: {
      modelRoutes: { m: routeTo(upstream), other: { preset: 'echo', alias: ['o1', 'o2'] } },
      server: { authToken: TOKEN, allowedOrigins: [ORIGIN] },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const ask = (content = 'hi') =>
  JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] });

const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/v1/messages`, {
    method: 'POST',
    body,
    headers: { 'x-api-key': TOKEN, ...headers },
  });

describe('a page of an allowed origin', () => {
  test('may ask beforehand, without a token', async () => {
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-api-key',
        'access-control-request-private-network': 'true',
      },
    });
    expect(response.status).toBe(204);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers': 'content-type,x-api-key',
      'access-control-allow-private-network': 'true',
    });
    expect(headers['access-control-allow-methods']).toContain('POST');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  test.each([
    ['an answer', ask(), TOKEN, 200],
    ['a stream', ask().replace('{', '{"stream":true,'), TOKEN, 200],
    ['an error', '{"model":"none"}', TOKEN, 404],
    ['a refusal', ask(), 'wrong', 401],
  ])('may read %s, and the headers that tell about it', async (_, body, token, status) => {
    const response = await post(body, { origin: ORIGIN, 'x-api-key': token });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('vary')).toContain('origin');
    expect(response.headers.get('access-control-expose-headers')).toContain('x-cc-route-target');
    expect(await response.text()).not.toBe('');
  });

  test('of another one: nothing, beforehand neither', async () => {
    for (const method of ['OPTIONS', 'POST', 'GET']) {
      const response = await fetch(`${gateway.url}/v1/messages`, {
        method,
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      });
      expect(response.status).toBe(403);
      expect([...response.headers.keys()].join()).not.toContain('access-control');
    }
  });

  test('a request without an origin gets no such headers', async () => {
    const response = await post(ask());
    expect([...response.headers.keys()].join()).not.toContain('access-control');
    // Without a question there is nothing to answer.
    const options = await fetch(gateway.url, {
      method: 'OPTIONS',
      headers: { 'x-api-key': TOKEN },
    });
    expect(options.status).toBe(404);
  });
});

describe('a body', () => {
  const CODINGS = { gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync } as const;

  test.each(Object.entries(CODINGS))(
    'in %s reaches the upstream without it',
    async (coding, encode) => {
      const response = await post(encode(ask('packed')), { 'content-encoding': coding });
      expect(response.status).toBe(200);
      expect(upstream.last().json['messages']).toEqual([{ role: 'user', content: 'packed' }]);
      expect(upstream.last().header('content-encoding')).toBeNull();
    },
  );

  test('that unpacks to more than the limit is refused, in time', async () => {
    const bomb = gzipSync(Buffer.alloc(400_000_000));
    const before = gateway.residentBytes();
    const started = performance.now();
    const response = await post(bomb, { 'content-encoding': 'gzip' });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { type: 'request_too_large' } });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(gateway.residentBytes() - before).toBeLessThan(150e6);
  });

  test.each([
    ['of an unknown coding', 'snappy'],
    ['that is not what it says', 'gzip'],
  ])('%s is refused', async (_, coding) => {
    const response = await post(ask(), { 'content-encoding': coding });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining(coding) },
    });
  });

  test('of the limit passes, a byte more is refused', async () => {
    const filler = 'x'.repeat(LIMIT - ask('').length);
    expect((await post(ask(filler))).status).toBe(200);
    const response = await post(ask(`${filler}x`));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { type: 'request_too_large' } });
  });

  test('in chunks without a length is read, up to the limit', async () => {
    const chunked = (pieces: readonly string[]) =>
      post(
        new ReadableStream({
          async pull(controller) {
            for (const piece of pieces) controller.enqueue(Buffer.from(piece));
            controller.close();
          },
        }),
      );
    const whole = ask('in pieces');
    expect((await chunked([whole.slice(0, 20), whole.slice(20)])).status).toBe(200);
    expect(upstream.last().json['messages']).toEqual([{ role: 'user', content: 'in pieces' }]);

    const piece = 'x'.repeat(1_000_000);
    const response = await chunked(Array.from({ length: 40 }, () => piece));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { type: 'request_too_large' } });
  });

  test('that breaks off is no failure of the gateway', async () => {
    const socket = connect(gateway.port, '127.0.0.1', () => {
      socket.write(
        `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${TOKEN}\r\ncontent-length: 500\r\n\r\n{"mo`,
      );
    });
    await Bun.sleep(50);
    socket.destroy();
    await post(ask());
    await until('a line of the log', () => gateway.output().includes(' 200 '));
    expect(gateway.output()).not.toContain(' at ');
    expect(gateway.output()).not.toMatch(/\berror\b/u);
  });
});

describe('GET /v1/models', () => {
  const list = async (query: string) => {
    const response = await fetch(`${gateway.url}/v1/models${query}`, {
      headers: { 'x-api-key': TOKEN },
    });
    return { status: response.status, page: (await response.json()) as ModelPage };
  };
  interface ModelPage {
    readonly data: readonly { readonly id: string }[];
    readonly has_more: boolean;
    readonly first_id: string | null;
    readonly last_id: string | null;
  }
  const ids = ({ data }: ModelPage) => data.map(({ id }) => id);

  test('without a limit lists all', async () => {
    const { page } = await list('');
    expect(ids(page)).toContain('o2');
    expect(page).toMatchObject({ has_more: false, first_id: 'm', last_id: ids(page).at(-1) ?? '' });
  });

  test('by pages, forwards and backwards', async () => {
    const all = ids((await list('')).page);
    const first = (await list('?limit=2')).page;
    expect(ids(first)).toEqual(all.slice(0, 2));
    expect(first.has_more).toBe(true);
    const second = (await list(`?limit=2&after_id=${first.last_id}`)).page;
    expect(ids(second)).toEqual(all.slice(2, 4));
    const back = (await list(`?limit=2&before_id=${encodeURIComponent(all[4] ?? '')}`)).page;
    expect(ids(back)).toEqual(all.slice(2, 4));
    expect(back.has_more).toBe(true);
    const start = (await list(`?limit=2&before_id=${encodeURIComponent(all[2] ?? '')}`)).page;
    expect(start.has_more).toBe(false);
    const end = (await list(`?after_id=${encodeURIComponent(all.at(-1) ?? '')}`)).page;
    expect(end).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });

  test('the SDK of Anthropic walks through all of them', async () => {
    const client = new Anthropic({ baseURL: gateway.url, apiKey: TOKEN });
    const seen: string[] = [];
    for await (const { id } of client.models.list({ limit: 3 })) seen.push(id);
    expect(seen).toEqual(ids((await list('')).page));
  });

  test.each(['?limit=0', '?limit=1001', '?limit=x', '?after_id=nobody', '?before_id=nobody'])(
    '%s is told',
    async (query) => {
      expect((await list(query)).status).toBe(400);
    },
  );

  test.each(['nobody', '%', '%E0%A4%A', 'a%2Fb', '..%2f'])('/%s is not found', async (id) => {
    expect((await list(`/${id}`)).status).toBe(404);
  });
});

test('HEAD is answered like GET, without a body', async () => {
  for (const path of ['/', '/health', '/api/hello', '/v1/models', '/v1/admin/status', '/nothing']) {
    const headers = { 'x-api-key': TOKEN };
    const [head, get] = await Promise.all(
      ['HEAD', 'GET'].map((method) => fetch(gateway.url + path, { method, headers })),
    );
    expect(head?.status).toBe(get?.status ?? 0);
    expect(await head?.text()).toBe('');
    await get?.text();
  }
});

const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

test.skipIf(!hasIPv6)('an IPv6 address of loopback is as good as the other', async () => {
  await using six = await startGateway({
    config: {},
    flags: ['--host', '::1'],
    host: '::1',
  });
  const url = `http://[::1]:${six.port}`;
  expect((await fetch(`${url}/v1/models`)).status).toBe(200);
  expect((await fetch(`${url}/v1/models`, { headers: { host: 'evil.example' } })).status).toBe(403);
  expect((await fetch(`${url}/v1/models`, { headers: { host: 'localhost' } })).status).toBe(200);
  expect(six.output()).toContain(`listens on ${url}`);
});

test('headers without an end are not waited for', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(gateway.port, '127.0.0.1', () => {
    socket.write(`GET /health HTTP/1.1\r\nhost: localhost\r\nx-long: ${'y'.repeat(40_000)}`);
  });
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(answer));
  expect(await promise).toStartWith('HTTP/1.1 431 ');
});
