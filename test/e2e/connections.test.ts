import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { freePort, routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { startHttpPeer } from '../support/http-peer.ts';
import { text } from '../support/reply.ts';

/** How connections to a provider are opened, shared, kept and given up. */
describe.each(WIRE_NAMES)('the way to a provider that speaks %s', (wire) => {
  let upstream: FakeUpstream;
  let gateway: RunningGateway;
  /** Stands where `HTTP_PROXY` points to. */
  const proxied: string[] = [];
  let proxy: Awaited<ReturnType<typeof startHttpPeer>>;

  beforeAll(async () => {
    upstream = await startFakeUpstream({ wire, script: text('ok') });
    proxy = await startHttpPeer(async (received, responder) => {
      proxied.push(received.target);
      responder.cut();
    });
    gateway = await startGateway({
      config: {
        modelRoutes: {
          'MiniMax-M2.5': routeTo(upstream, { alias: 'mm25' }),
          nowhere: routeTo(upstream, {
            baseURL: `http://127.0.0.1:${await freePort()}/v1`,
          }),
        },
      },
      env: { HTTP_PROXY: proxy.url, http_proxy: proxy.url, HTTPS_PROXY: proxy.url },
    });
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
    await proxy.stop();
  });

  beforeEach(() => {
    upstream.use(text('ok'));
    upstream.requests.length = 0;
  });

  const post = (more: object = {}, init: RequestInit = {}) =>
    fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer client-secret' },
      body: JSON.stringify({
        model: 'mm25',
        max_tokens: 16,
        messages: [{ role: 'user', content: 'hi' }],
        ...more,
      }),
      ...init,
    });

  const connectionsUsed = () => new Set(upstream.requests.map(({ connection }) => connection)).size;

  test('1,000 requests one after another take one kept-alive connection', async () => {
    for (let count = 0; count < 1000; count += 1) {
      const response = await post({ stream: count % 2 === 0 });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
    }
    expect(upstream.requests).toHaveLength(1000);
    expect(connectionsUsed()).toBe(1);
  });

  test('50 at once take at most 50, and those are used again', async () => {
    const already = upstream.peer.connections;
    upstream.use(text('ok', { headDelayMs: 20 }));
    for (let round = 0; round < 4; round += 1) {
      const bodies = await Promise.all(
        Array.from({ length: 50 }, async (_, index) =>
          (await post({ stream: index % 2 === 0 })).text(),
        ),
      );
      expect(bodies.filter((body) => body.includes('ok'))).toHaveLength(50);
    }
    expect(upstream.requests).toHaveLength(200);
    expect(connectionsUsed()).toBeLessThanOrEqual(50);
    expect(upstream.peer.connections - already).toBeLessThanOrEqual(50);
  });

  test('a kept-alive connection that the provider closed costs no request', async () => {
    for (let count = 0; count < 5; count += 1) {
      const response = await post();
      expect(response.status, await response.text()).toBe(200);
      upstream.peer.closeIdle();
    }
    expect(upstream.requests).toHaveLength(5);
  });

  test('HTTP_PROXY is not used for loopback', async () => {
    const response = await post();
    expect(response.status, await response.text()).toBe(200);
    expect(proxied).toEqual([]);
  });

  test.each([301, 302, 307, 308])(
    'a redirect with %d is an error, and carries no key',
    async (status) => {
      const elsewhere = await startFakeUpstream({ wire, script: text('stolen') });
      upstream.use({
        kind: 'raw',
        status,
        body: '',
        headers: { location: `${elsewhere.baseURL}/v1/messages` },
      });
      const response = await post();
      const answer = await response.text();
      expect(response.status).toBe(502);
      expect(answer).toContain('MiniMax-M2.5');
      expect(answer).not.toContain('stolen');
      expect(elsewhere.requests).toHaveLength(0);
      await elsewhere.stop();
    },
  );

  test('a client that leaves before the headers closes the way to the provider', async () => {
    upstream.use({ kind: 'silent' });
    for (const stream of [true, false]) {
      upstream.requests.length = 0;
      const abort = new AbortController();
      const request = post({ stream }, { signal: abort.signal }).catch(() => null);
      await until('the request', () => upstream.requests.length > 0);
      const left = performance.now();
      abort.abort();
      await request;
      const closed = await until('the close', () => upstream.last().closedEarlyAt);
      console.log(`closed ${(closed - left).toFixed(1)} ms after the client left, before headers`);
      expect(closed - left).toBeLessThan(1000);
    }
  });

  test('a client that leaves in mid-stream closes the way to the provider', async () => {
    upstream.use({ kind: 'endless', pauseMs: 5 });
    const abort = new AbortController();
    const response = await post({ stream: true }, { signal: abort.signal });
    await response.body?.getReader().read();
    const left = performance.now();
    abort.abort();
    const closed = await until('the close', () => upstream.last().closedEarlyAt);
    console.log(`closed ${(closed - left).toFixed(1)} ms after the client left, in mid-stream`);
    expect(closed - left).toBeLessThan(1000);
  });

  describe('what a bad answer becomes', () => {
    const html = '<html><body>gateway timeout</body></html>';
    test.each([
      ['a reset', { kind: 'reset' }, 502],
      [
        'HTML with status 200',
        { kind: 'raw', status: 200, body: html, headers: { 'content-type': 'text/html' } },
        502,
      ],
      [
        'an empty body with status 200',
        { kind: 'raw', status: 200, body: '', headers: { 'content-type': 'application/json' } },
        502,
      ],
    ] as const)('%s', async (_, reply, status) => {
      upstream.use(reply);
      for (const stream of [true, false]) {
        const response = await post({ stream });
        const answer = (await response.json()) as { type: string; error: { message: string } };
        expect(response.status).toBe(status);
        expect(answer.type).toBe('error');
        expect(answer.error.message).toContain('MiniMax-M2.5');
      }
    });

    test('an error as the first event is an HTTP error', async () => {
      upstream.use({ kind: 'error-in-stream', message: 'all busy today' });
      const response = await post({ stream: true });
      const answer = await response.text();
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(answer).toContain('all busy today');
    });

    test('an error after the first event is an event, and no end follows', async () => {
      upstream.use({ kind: 'error-in-stream', message: 'all busy today', late: true });
      const response = await post({ stream: true });
      const answer = await response.text();
      expect(response.status).toBe(200);
      expect(answer).toContain('event: error\n');
      expect(answer).toContain('all busy today');
      expect(answer).not.toContain('message_stop');
    });

    test('a stream that is cut ends in an error event, never as if it were whole', async () => {
      upstream.use(text('words '.repeat(40), { cutAfterEvents: 6 }));
      const answer = await (await post({ stream: true })).text();
      expect(answer).toContain('event: message_start\n');
      expect(answer).toContain('event: error\n');
      expect(answer).not.toContain('message_stop');
    });

    test('a JSON body that is cut is an error', async () => {
      upstream.use(text('words '.repeat(40), { cutAfterBytes: 100 }));
      const response = await post();
      expect(response.status).toBe(502);
      expect(((await response.json()) as { type: string }).type).toBe('error');
    });
  });

  test('an unreachable address is named, with the route', async () => {
    const response = await post({ model: 'nowhere' });
    const answer = await response.text();
    expect(response.status).toBe(502);
    expect(answer).toContain('nowhere');
    expect(answer).toContain('127.0.0.1');
    expect(answer).not.toContain('client-secret');
  });
});
