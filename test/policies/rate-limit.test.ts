import { describe, expect, test } from 'bun:test';
import { errorResponse } from '../../src/http/error-response.ts';
import { gatewayLab, routeAt } from '../support/gateway-lab.ts';

const limited = (rateLimit: object, retry: object = {}) => ({
  modelRoutes: {
    alpha: routeAt('a', { fallback: ['beta'] }),
    twin: routeAt('a'),
    beta: routeAt('b'),
  },
  rateLimit,
  retry,
});

describe('the rate limit', () => {
  test('is in force without a word in the configuration: 20 at once, 10 per second', async () => {
    const lab = await gatewayLab({ modelRoutes: { alpha: routeAt('a') } });
    const all = await Promise.all(Array.from({ length: 25 }, () => lab.ask('alpha')));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(all.filter(({ error }) => error?.kind === 'throttled')).toHaveLength(5);
    expect(lab.sent).toHaveLength(20);
  });

  test('refuses with the exact time, after which it lets one through', async () => {
    const lab = await gatewayLab(limited({ rps: 0.4, burst: 1 }));
    await lab.ask('alpha');
    const { error } = await lab.ask('alpha');
    const response = errorResponse(error!, { requestId: 'req_1', client: 'claude-code' });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(response.headers.get('retry-after-ms')).toBe('2501');
    expect(response.headers.get('x-should-retry')).toBe('true');
    expect(error?.message).toContain('a.test');
    await lab.clock.advance(2498);
    expect((await lab.ask('alpha')).status).toBe(429);
    await lab.clock.advance(3);
    expect((await lab.ask('alpha')).status).toBe(200);
  });

  test('is one for all routes to a host, and each host has its own', async () => {
    const lab = await gatewayLab(limited({ rps: 1, burst: 1 }));
    expect((await lab.ask('alpha')).status).toBe(200);
    expect((await lab.ask('twin')).status).toBe(429);
    expect((await lab.ask('beta')).status).toBe(200);
  });

  test('refuses rather than to spill over to another provider', async () => {
    const lab = await gatewayLab(limited({ rps: 1, burst: 1 }));
    await lab.ask('alpha');
    const { error } = await lab.ask('alpha');
    expect(error?.kind).toBe('throttled');
    expect(lab.sent.map(({ host }) => host)).toEqual(['a']);
    expect(lab.records.at(-1)?.journal.map(({ kind }) => kind)).toEqual(['routed', 'rate_limited']);
  });

  test('is no failure of the target', async () => {
    const lab = await gatewayLab(limited({ rps: 1, burst: 1 }));
    for (let count = 0; count < 50; count += 1) await lab.ask('alpha');
    await lab.clock.advance(1000);
    expect((await lab.ask('alpha')).target).toBe('a.test/alpha');
  });

  test('counts of tokens cost nothing', async () => {
    const lab = await gatewayLab(limited({ rps: 1, burst: 1 }));
    lab.answer('a', () => Response.json({ input_tokens: 5 }));
    for (let count = 0; count < 30; count += 1) {
      const { status } = await lab.ask('alpha', { endpoint: 'count_tokens' });
      expect(status).toBe(200);
    }
    lab.answer('a', 200);
    expect((await lab.ask('alpha')).status).toBe(200);
  });

  test('the built-in model has none', async () => {
    const lab = await gatewayLab({ rateLimit: { rps: 1, burst: 1 } });
    for (let count = 0; count < 5; count += 1) expect((await lab.ask('echo')).status).toBe(200);
  });

  test('a retry waits for its turn instead of giving up', async () => {
    const lab = await gatewayLab(limited({ rps: 1, burst: 1 }, { baseDelayMs: 10 }));
    lab.answer('a', ({ at }) => (at === 0 ? 500 : 200));
    const asked = await lab.ask('alpha');
    expect(asked.target).toBe('a.test/alpha');
    expect(lab.sent.map(({ at }) => at)).toEqual([0, 1000]);
  });

  test('so does a fallback', async () => {
    const lab = await gatewayLab(limited({ rps: 1, burst: 1 }, { maxAttempts: 1 }));
    await lab.ask('beta');
    lab.answer('a', 500);
    const asked = await lab.ask('alpha');
    expect([asked.target, asked.tookMs]).toEqual(['b.test/beta', 1000]);
  });

  test('with maxWaitMs it waits, and the sessions take turns', async () => {
    const lab = await gatewayLab(limited({ rps: 1, burst: 1, maxWaitMs: 10_000 }));
    await lab.ask('alpha');
    const from = (session: string) =>
      lab.ask(
        'alpha',
        { headers: new Headers({ 'x-claude-code-session-id': session }) },
        { session },
      );
    const all = await Promise.all([from('busy'), from('busy'), from('busy'), from('quiet')]);
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(lab.sent.slice(1).map(({ body }) => body['session'])).toEqual([
      'busy',
      'quiet',
      'busy',
      'busy',
    ]);
  });

  test('a client that leaves while it waits takes no turn', async () => {
    const lab = await gatewayLab(limited({ rps: 1, burst: 1, maxWaitMs: 10_000 }));
    await lab.ask('alpha');
    const client = new AbortController();
    const asked = lab.ask('alpha', { signal: client.signal });
    await Bun.sleep(0);
    client.abort();
    expect((await asked).error?.kind).toBe('client_gone');
    expect(lab.clock.pending).toBe(0);
    expect(lab.sent).toHaveLength(1);
  });

  test('what was used up outlives a reload of the configuration', async () => {
    const config = limited({ rps: 1, burst: 1 });
    const lab = await gatewayLab(config);
    await lab.ask('alpha');
    await lab.reload(config);
    expect((await lab.ask('alpha')).status).toBe(429);
    await lab.reload(limited({ rps: 0 }));
    expect((await lab.ask('alpha')).status).toBe(200);
  });
});
