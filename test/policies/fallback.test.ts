import { describe, expect, test } from 'bun:test';
import { gatewayLab, routeAt, type GatewayLab } from '../support/gateway-lab.ts';

const CHAIN = {
  modelRoutes: {
    alpha: routeAt('a', { alias: 'a', fallback: ['beta', 'gamma'] }),
    beta: routeAt('b', { baseURL: 'http://b.test/v1', wire: 'openai-chat', fallback: [] }),
    gamma: routeAt('c', { fallback: [] }),
  },
  retry: { maxAttempts: 1 },
};

const hosts = ({ sent }: GatewayLab) => sent.map(({ host }) => host).join(' ');
const kinds = (lab: GatewayLab) => lab.records.at(-1)?.journal.map(({ kind }) => kind);
const session = (id: string) => ({ headers: new Headers({ 'x-claude-code-session-id': id }) });

describe('the next target answers', () => {
  test.each([401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 504, 529, 'ECONNREFUSED'] as const)(
    'after %s',
    async (fault) => {
      const lab = await gatewayLab(CHAIN);
      lab.answer('a', fault);
      const asked = await lab.ask('a');
      expect([asked.status, asked.target]).toEqual([200, 'b.test/beta']);
      expect(hosts(lab)).toBe('a b');
      expect(kinds(lab)).toEqual([
        'routed',
        'attempt',
        'failed',
        'fallback',
        'attempt',
        'committed',
      ]);
    },
  );

  test.each([400, 422])('not after %d: the request is at fault', async (status) => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', status);
    expect((await lab.ask('a')).target).toBeNull();
    expect(hosts(lab)).toBe('a');
  });

  test('in its own wire format, with its own credential and model', async () => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', 500);
    lab.answer('b', 500);
    expect((await lab.ask('a')).target).toBe('c.test/gamma');
    expect(lab.sent.map(({ url, key, model }) => [new URL(url).pathname, key, model])).toEqual([
      ['/anthropic/v1/messages', 'key-of-a', 'alpha'],
      ['/v1/chat/completions', 'key-of-b', 'beta'],
      ['/anthropic/v1/messages', 'key-of-c', 'gamma'],
    ]);
  });

  test('after the retries', async () => {
    const lab = await gatewayLab({ ...CHAIN, retry: { maxAttempts: 3 } });
    lab.answer('a', 529);
    expect((await lab.ask('a')).target).toBe('b.test/beta');
    expect(hosts(lab)).toBe('a a a b');
  });

  test('siblings are the default, and [] means none', async () => {
    const at = (more = {}) => ({ preset: 'deepseek', authToken: 'k', ...more });
    const lab = await gatewayLab({
      modelRoutes: {
        one: at(),
        two: at(),
        alone: at({ fallback: [] }),
        foreign: routeAt('f'),
      },
      retry: { maxAttempts: 1 },
    });
    lab.answer('api.deepseek.com', ({ model }) => (model === 'two' ? 200 : 401));
    expect((await lab.ask('one')).target).toBe('deepseek/two');
    expect((await lab.ask('alone')).status).toBe(401);
    expect(lab.sent.map(({ model }) => model)).toEqual(['one', 'two', 'alone']);
  });

  test('a route without a key is passed by without a word', async () => {
    const lab = await gatewayLab({
      modelRoutes: {
        alpha: routeAt('a', { fallback: ['keyless', 'gamma'] }),
        keyless: { preset: 'deepseek' },
        gamma: routeAt('c'),
      },
      retry: { maxAttempts: 1 },
    });
    lab.answer('a', 500);
    lab.answer('c', 500);
    const { error } = await lab.ask('alpha');
    expect(error?.message).not.toContain('keyless');
    expect(error?.message).toContain('gamma');
  });

  test('claude-* without a route has no siblings', async () => {
    const lab = await gatewayLab({ modelRoutes: { own: { preset: 'anthropic', authToken: 'k' } } });
    lab.answer('api.anthropic.com', 401);
    const { authorization } = { authorization: { reveal: () => 'Bearer theirs' } };
    const asked = await lab.ask('claude-sonnet-4-6', {
      credential: { authorization } as never,
    });
    expect(asked.status).toBe(401);
    expect(lab.sent.map(({ key }) => key)).toEqual(['theirs']);
  });

  test('a count of tokens asks nobody else', async () => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', 500);
    const asked = await lab.ask('a', { endpoint: 'count_tokens' });
    expect(asked.status).toBe(200);
    expect(hosts(lab)).toBe('a');
  });
});

describe('a prompt that is too long', () => {
  const overflow = () =>
    Response.json(
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'prompt is too long: 70000 tokens > 64000 maximum',
        },
      },
      { status: 400 },
    );
  const windows = (first: number | undefined, second: number | undefined) => ({
    modelRoutes: {
      alpha: routeAt('a', { fallback: ['beta'], ...(first && { contextWindow: first }) }),
      beta: routeAt('b', { ...(second && { contextWindow: second }) }),
    },
  });

  test('goes to a model with a larger window', async () => {
    const lab = await gatewayLab(windows(64_000, 200_000));
    lab.answer('a', overflow());
    expect((await lab.ask('alpha')).target).toBe('b.test/beta');
  });

  test.each([
    ['one that is as small', 64_000, 64_000],
    ['one that is smaller', 64_000, 32_000],
    ['one whose window nobody knows', 64_000, undefined],
    ['any, where the first window is unknown', undefined, 200_000],
  ] as const)('not to %s: the client compacts', async (_, first, second) => {
    const lab = await gatewayLab(windows(first, second));
    lab.answer('a', overflow());
    const { error } = await lab.ask('alpha');
    expect(error?.kind).toBe('context_overflow');
    expect(error?.message).toContain('prompt is too long: 70000 tokens > 64000 maximum');
    expect(hosts(lab)).toBe('a');
  });

  test('the client hears of it also where the larger model failed', async () => {
    const lab = await gatewayLab({ ...windows(64_000, 200_000), retry: { maxAttempts: 1 } });
    lab.answer('a', overflow());
    lab.answer('b', 500);
    const { error } = await lab.ask('alpha');
    expect(error?.kind).toBe('context_overflow');
    expect(error?.message).toContain('prompt is too long');
  });
});

describe('when all fail', () => {
  test('the first failure is told, and the others are named', async () => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', 401);
    lab.answer('b', 402);
    lab.answer('c', 403);
    const { error } = await lab.ask('a');
    expect(error?.kind).toBe('upstream_unauthorized');
    expect(error?.message).toContain('route alpha');
    expect(error?.message).toEndWith(
      'Also tried: beta (b.test/beta): upstream billing; gamma (c.test/gamma): upstream forbidden.',
    );
  });

  test('one that may pass is told first, so that the client tries again', async () => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', 401);
    lab.answer('b', 529);
    lab.answer('c', 403);
    const { error } = await lab.ask('a');
    expect(error?.kind).toBe('overloaded');
    expect(error?.shouldRetry).toBeUndefined();
  });

  test("one target alone: the client gets the upstream's own answer", async () => {
    const lab = await gatewayLab({
      modelRoutes: { alpha: routeAt('a') },
      retry: { maxAttempts: 1 },
    });
    lab.answer('a', 529);
    const { error } = await lab.ask('alpha');
    expect(Buffer.from(error?.passthrough?.body ?? '').toString()).toContain('says 529');
  });
});

describe('a target that is down', () => {
  test('is passed by at once, and back within 30 s of its recovery', async () => {
    const lab = await gatewayLab({
      ...CHAIN,
      retry: { maxAttempts: 3, baseDelayMs: 100 },
      rateLimit: { rps: 0 },
    });
    lab.answer('a', 500);
    for (let count = 0; count < 100; count += 1) {
      expect((await lab.ask('a')).target).toBe('b.test/beta');
    }
    expect(lab.sent.filter(({ host }) => host === 'a').length).toBeLessThanOrEqual(9);
    expect((await lab.ask('a')).tookMs).toBe(0);
    expect(kinds(lab)).toEqual(['routed', 'circuit_open', 'fallback', 'attempt', 'committed']);

    for (let minute = 0; minute < 10; minute += 1) {
      await lab.clock.advance(60_000);
      await lab.ask('a', session(`s${minute}`));
    }
    lab.answer('a', 200);
    const recovered = lab.clock.now();
    while ((await lab.ask('a', session('s9'))).target !== 'a.test/alpha') {
      await lab.clock.advance(500);
    }
    expect(lab.clock.now() - recovered).toBeLessThanOrEqual(30_000);
  });

  test('that is silent costs one timeout, not one for each call', async () => {
    const lab = await gatewayLab({ ...CHAIN, timeouts: { firstByteMs: 5000, connectMs: 100_000 } });
    lab.answer('a', 'silence');
    const took = [];
    for (let count = 0; count < 10; count += 1) {
      const asked = await lab.ask('a');
      expect(asked.target).toBe('b.test/beta');
      took.push(asked.tookMs);
    }
    expect(took[0]).toBeGreaterThanOrEqual(5000);
    expect(took.slice(1)).toEqual(Array.from({ length: 9 }, () => 0));
  });

  test('is asked all the same when the others are down, too', async () => {
    const lab = await gatewayLab(CHAIN);
    for (const host of ['a', 'b', 'c']) lab.answer(host, 500);
    for (let count = 0; count < 10; count += 1) await lab.ask('a');
    lab.answer('a', 200);
    expect((await lab.ask('a')).target).toBe('a.test/alpha');
  });

  test('a host that is down is down for the siblings there', async () => {
    const lab = await gatewayLab({
      modelRoutes: {
        one: routeAt('a', { fallback: ['two', 'other'] }),
        two: routeAt('a'),
        other: routeAt('b'),
      },
    });
    lab.answer('a', 'ECONNREFUSED');
    expect((await lab.ask('one')).target).toBe('b.test/other');
    expect(lab.sent.filter(({ host }) => host === 'a')).toHaveLength(3);
  });

  test('what was learned outlives a reload of the configuration', async () => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', 500);
    for (let count = 0; count < 5; count += 1) await lab.ask('a');
    await lab.reload(CHAIN);
    await lab.ask('a');
    expect(lab.sent.filter(({ host }) => host === 'a')).toHaveLength(5);
  });
});

describe('a conversation', () => {
  test('stays for a while with the target that took over, others do not', async () => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', 529);
    expect((await lab.ask('a', session('one'))).target).toBe('b.test/beta');
    lab.answer('a', 200);
    expect((await lab.ask('a', session('two'))).target).toBe('a.test/alpha');
    expect((await lab.ask('a')).target).toBe('a.test/alpha');
    await lab.clock.advance(19_000);
    expect((await lab.ask('a', session('one'))).target).toBe('b.test/beta');
    await lab.clock.advance(1000);
    expect((await lab.ask('a', session('one'))).target).toBe('a.test/alpha');
    expect((await lab.ask('a', session('one'))).target).toBe('a.test/alpha');
  });

  test('other models of the same conversation are not held', async () => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', 529);
    await lab.ask('a', session('one'));
    expect((await lab.ask('gamma', session('one'))).target).toBe('c.test/gamma');
  });

  test('goes back at once when the target that took over fails', async () => {
    const lab = await gatewayLab(CHAIN);
    lab.answer('a', 529);
    await lab.ask('a', session('one'));
    lab.answer('a', 200);
    lab.answer('b', 529);
    expect((await lab.ask('a', session('one'))).target).toBe('a.test/alpha');
    lab.answer('b', 200);
    expect((await lab.ask('a', session('one'))).target).toBe('a.test/alpha');
  });
});

describe("the client's own time limit", () => {
  test('ends the call a little earlier, with an answer that says so', async () => {
    const lab = await gatewayLab({
      modelRoutes: { alpha: routeAt('a') },
      timeouts: { firstByteMs: 300_000, connectMs: 1_000_000 },
    });
    lab.answer('a', 'silence');
    const asked = await lab.ask('alpha', { headers: new Headers({ 'x-stainless-timeout': '60' }) });
    expect(asked.error?.kind).toBe('out_of_time');
    expect(asked.tookMs).toBeGreaterThanOrEqual(57_000);
    expect(asked.tookMs).toBeLessThan(60_000);
  });

  test('is ten minutes where the client does not say it', async () => {
    const lab = await gatewayLab({
      modelRoutes: { alpha: routeAt('a') },
      timeouts: { firstByteMs: 2_000_000, connectMs: 5_000_000 },
    });
    lab.answer('a', 'silence');
    const { tookMs } = await lab.ask('alpha');
    expect(tookMs).toBeGreaterThan(560_000);
    expect(tookMs).toBeLessThan(600_000);
  });

  test('leaves no timer behind', async () => {
    const lab = await gatewayLab(CHAIN);
    await lab.ask('a');
    expect(lab.clock.pending).toBe(0);
  });
});
