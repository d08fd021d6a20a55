import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { text } from '../support/reply.ts';

/** What a client sees of the cache and the rate limit. */
let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await startFakeUpstream({ wire: 'anthropic-messages', script: text('ok') });
});

afterAll(() => upstream.stop());

beforeEach(() => {
  upstream.requests.length = 0;
});

const post = ({ url }: RunningGateway, more: object = {}, init: RequestInit = {}) =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    ...init,
    body: JSON.stringify({
      model: 'm',
      max_tokens: 16,
      messages: [{ role: 'user', content: 'hi' }],
      ...more,
    }),
  });

describe('the cache', () => {
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway({ config: { modelRoutes: { m: routeTo(upstream) } } });
  });
  afterAll(() => gateway.stop());

  const admin = async (method: string) => {
    const response = await fetch(`${gateway.url}/v1/admin/cache`, { method });
    return (await response.json()) as Record<string, number>;
  };

  test('tells in a header what it did, and in numbers what it holds', async () => {
    const seen = [];
    for (const [more, headers] of [
      [{ temperature: 0 }, {}],
      [{ temperature: 0 }, {}],
      [{ temperature: 0, metadata: { user_id: 'someone else' } }, {}],
      [{ temperature: 0 }, { 'cache-control': 'no-cache' }],
      [{ temperature: 1 }, {}],
      [{}, {}],
      [{ temperature: 0, stream: true }, {}],
    ] as const) {
      const response = await post(gateway, more, { headers });
      expect(await response.text()).toContain('ok');
      expect(response.headers.get('request-id')).toMatch(/^req_/);
      expect(response.headers.get('x-cc-route-target')).toEndWith('/m');
      seen.push(response.headers.get('x-cc-route-cache'));
    }
    expect(seen).toEqual(['miss', 'hit', 'hit', 'skip', 'skip', 'skip', 'skip']);
    expect(upstream.requests).toHaveLength(5);
    expect(await admin('GET')).toMatchObject({ entries: 1, hits: 2, misses: 1, maxEntries: 1000 });
    expect(await admin('DELETE')).toEqual({ flushed: 1 });
    expect(await admin('GET')).toMatchObject({ entries: 0, bytes: 0 });
    const again = await post(gateway, { temperature: 0 });
    expect(again.headers.get('x-cc-route-cache')).toBe('miss');
  });

  test('100 identical requests at once make one upstream, though the first client leaves', async () => {
    upstream.use(text('ok', { headDelayMs: 300 }));
    const same = { temperature: 0, seed: 2 };
    const client = new AbortController();
    const first = post(gateway, same, { signal: client.signal }).catch(() => 'left');
    await until('the request upstream', () => upstream.requests.length > 0);
    const all = Array.from({ length: 99 }, async () => (await post(gateway, same)).text());
    await until('the others', async () => (await admin('GET'))['inFlight'] === 1);
    client.abort();
    expect(await first).toBe('left');
    const bodies = new Set(await Promise.all(all));
    upstream.use(text('ok'));
    expect(upstream.requests).toHaveLength(1);
    expect(bodies.size).toBe(1);
  });
});

describe('the rate limit', () => {
  test('refuses with the time after which it lets one through; counts and lists are free', async () => {
    const gateway = await startGateway({
      config: { modelRoutes: { m: routeTo(upstream) } },
      env: {
        CC_RATE_LIMIT_PROVIDER_127_0_0_1_RPS: '2',
        CC_RATE_LIMIT_PROVIDER_127_0_0_1_BURST: '1',
      },
    });
    expect((await post(gateway)).status).toBe(200);
    const refused = await post(gateway);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    const waitMs = Number(refused.headers.get('retry-after-ms'));
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(501);
    expect(await refused.json()).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error', message: expect.stringContaining('127.0.0.1') },
    });
    await Bun.sleep(waitMs);
    expect((await post(gateway)).status).toBe(200);
    for (let count = 0; count < 10; count += 1) {
      const counted = await fetch(`${gateway.url}/v1/messages/count_tokens`, {
        method: 'POST',
        body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }),
      });
      expect(counted.status).toBe(200);
      expect((await fetch(`${gateway.url}/v1/models`)).status).toBe(200);
    }
    await gateway.stop();
  });

  test('with maxWaitMs nobody is refused', async () => {
    const gateway = await startGateway({
      config: {
        modelRoutes: { m: routeTo(upstream) },
        rateLimit: { rps: 20, burst: 1, maxWaitMs: 5000 },
      },
      env: { CC_RATE_LIMIT_RPS: '', CC_RATE_LIMIT_BURST: '' },
    });
    const from = performance.now();
    const all = await Promise.all(Array.from({ length: 11 }, () => post(gateway)));
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 11 }, () => 200));
    expect(performance.now() - from).toBeGreaterThanOrEqual(490);
    await gateway.stop();
  });
});
