import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { startGateway, type RunningGateway } from '../support/clauder.ts';

/** Who may talk to the gateway: a shell on this machine, not a page in its browser. */
let open: RunningGateway;
let closed: RunningGateway;

beforeAll(async () => {
  open = await startGateway({ config: {} });
  closed = await startGateway({
    config: { server: { authToken: 'the-gateway-token', allowedOrigins: ['https://my.page'] } },
  });
});

afterAll(async () => {
  await open.stop();
  await closed.stop();
});

const echo = JSON.stringify({
  model: 'echo',
  max_tokens: 16,
  messages: [{ role: 'user', content: 'hi' }],
});

interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends a request with headers that `fetch` wouldn't let through. */
function raw(gateway: RunningGateway, target: string, headers: readonly string[]) {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const socket = connect(gateway.port, '127.0.0.1', () => {
    socket.write(
      [
        `POST ${target} HTTP/1.1`,
        ...headers,
        'content-type: application/json',
        `content-length: ${echo.length}`,
        'connection: close',
        '',
        echo,
      ].join('\r\n'),
    );
  });
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('utf8');
  });
  socket.on('error', reject);
  socket.on('close', () => {
    const [head = '', ...body] = answer.split('\r\n\r\n');
    resolve({ status: Number(head.split(' ')[1]), head, body: body.join('\r\n\r\n') });
  });
  return promise;
}

describe('Host', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST:3456', '[::1]:3456', '127.0.0.1:1'])(
    '%s is a name of this machine',
    async (host) => {
      expect((await raw(open, '/v1/messages', [`host: ${host}`])).status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:3456',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil.example@127.0.0.1',
    'a b',
  ])('%s is refused', async (host) => {
    const answer = await raw(open, '/v1/messages', [`host: ${host}`]);
    expect([400, 403]).toContain(answer.status);
    expect(answer.body).not.toContain('"role":"assistant"');
  });

  test("evil.example gets a 403 in Anthropic's form", async () => {
    const answer = await raw(open, '/v1/messages', ['host: evil.example']);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('"type":"permission_error"');
  });
});

describe('Origin', () => {
  test.each([
    'https://evil.example',
    'null',
    'http://localhost:3000',
    'https://my.page.evil.example',
  ])('%s is refused, without CORS headers', async (origin) => {
    for (const gateway of [open, closed]) {
      const answer = await raw(gateway, '/v1/messages', ['host: localhost', `origin: ${origin}`]);
      expect(answer.status).toBe(403);
      expect(answer.head.toLowerCase()).not.toContain('access-control-allow');
    }
  });

  test('one that the configuration names is let through to the check of the token', async () => {
    const headers = ['host: localhost', 'origin: https://my.page'];
    expect((await raw(closed, '/v1/messages', headers)).status).toBe(401);
    expect(
      (await raw(closed, '/v1/messages', [...headers, 'x-api-key: the-gateway-token'])).status,
    ).toBe(200);
  });
});

describe('the token of the gateway', () => {
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${closed.url}/v1/messages`, { method: 'POST', body: echo, headers })).status;

  test('opens, in either of the two places', async () => {
    expect(await status({ 'x-api-key': 'the-gateway-token' })).toBe(200);
    expect(await status({ authorization: 'Bearer the-gateway-token' })).toBe(200);
    expect(await status({})).toBe(401);
    expect(await status({ 'x-api-key': 'the-gateway-token2' })).toBe(401);
    expect(await status({ authorization: 'Bearer ' })).toBe(401);
  });

  test('is not asked for by the probes', async () => {
    expect((await fetch(`${closed.url}/health`)).status).toBe(200);
    expect((await fetch(closed.url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${closed.url}/api/hello`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${closed.url}/v1/models`)).status).toBe(401);
  });

  test('stays out of everything that is printed', async () => {
    await status({ 'x-api-key': 'the-gateway-token' });
    await status({ 'x-api-key': 'a-wrong-secret' });
    expect(closed.output()).not.toContain('the-gateway-token');
    expect(closed.output()).not.toContain('a-wrong-secret');
  });
});

test.each(['/', '/v1', '/v1/message', '/v1/messages/x', '/favicon.ico', '/v1/complete'])(
  "GET %s is answered with 404 in Anthropic's form or a probe's 200, never with HTML",
  async (path) => {
    const response = await fetch(open.url + path, { redirect: 'manual' });
    const answer = await response.text();
    expect(response.status).toBe(path === '/' ? 200 : 404);
    expect(answer).not.toMatch(/<html/iu);
    if (path !== '/')
      expect(JSON.parse(answer)).toMatchObject({
        type: 'error',
        error: { type: 'not_found_error' },
      });
  },
);
