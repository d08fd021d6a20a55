import { describe, expect, test } from 'bun:test';
import type { Asked } from '../support/gateway-lab.ts';
import { gatewayLab, routeAt, type GatewayLab } from '../support/gateway-lab.ts';

const ROUTES = {
  modelRoutes: {
    alpha: routeAt('a', { fallback: ['beta'] }),
    beta: routeAt('b', { fallback: [] }),
  },
  rateLimit: { rps: 0 },
  retry: { maxAttempts: 1 },
};

const SAME = { temperature: 0 };
const how = ({ reply }: Asked) => reply?.headers.get('x-cc-route-cache');
const text = ({ reply }: Asked) => Buffer.from(reply?.body as Uint8Array).toString();
const ask = (lab: GatewayLab, body: object = SAME, changes = {}) => lab.ask('alpha', changes, body);
const results = (lab: GatewayLab) =>
  lab.records.map(({ journal }) => {
    const step = journal.find(({ kind }) => kind === 'cache');
    return step?.kind === 'cache' ? step.result : null;
  });

/** Says which request it was, so that no two answers are alike. */
function countingAnswers(lab: GatewayLab): void {
  lab.answer('a', () =>
    Response.json(
      {
        type: 'message',
        content: [{ type: 'text', text: `answer ${lab.sent.length}` }],
        usage: { input_tokens: 3, output_tokens: 4 },
      },
      { headers: { 'request-id': `req_${lab.sent.length}`, 'anthropic-ratelimit': 'x' } },
    ),
  );
}

describe('the cache', () => {
  test('answers the same request with the same bytes', async () => {
    const lab = await gatewayLab(ROUTES);
    countingAnswers(lab);
    const [first, second] = [await ask(lab), await ask(lab)];
    expect([how(first), how(second)]).toEqual(['miss', 'hit']);
    expect(text(second)).toBe(text(first));
    expect(second.target).toBe('a.test/alpha');
    expect(second.reply?.headers.get('content-type')).toBe('application/json');
    expect(second.reply?.headers.has('anthropic-ratelimit')).toBe(false);
    expect(second.reply?.headers.has('request-id')).toBe(false);
    expect(lab.sent).toHaveLength(1);
    expect(results(lab)).toEqual(['miss', 'hit']);
    expect(lab.records.map(({ usage }) => usage?.inputTokens ?? null)).toEqual([3, null]);
  });

  test.each([
    ['a stream', { ...SAME, stream: true }, {}],
    ['a temperature above 0', { temperature: 0.1 }, {}],
    ['no temperature, which counts as 1', {}, {}],
    ['a temperature of null', { temperature: null }, {}],
    ['cache-control: no-cache', SAME, { headers: new Headers({ 'cache-control': 'no-cache' }) }],
  ])('is passed by with %s', async (_, body, changes) => {
    const lab = await gatewayLab(ROUTES);
    countingAnswers(lab);
    const both = [await ask(lab, body, changes), await ask(lab, body, changes)];
    expect(both.map(how)).toEqual(['skip', 'skip']);
    expect(lab.sent).toHaveLength(2);
    expect(results(lab)).toEqual([null, null]);
  });

  test('takes requests without a temperature where the configuration says so', async () => {
    const lab = await gatewayLab({ ...ROUTES, cache: { absentTemperature: 'cache' } });
    expect([how(await ask(lab, {})), how(await ask(lab, {}))]).toEqual(['miss', 'hit']);
    expect(how(await ask(lab, { temperature: 0.5 }))).toBe('skip');
  });

  test.each([{ maxEntries: 0 }, { maxBytes: 0 }])('is off with %j', async (cache) => {
    const lab = await gatewayLab({ ...ROUTES, cache });
    expect([how(await ask(lab)), how(await ask(lab))]).toEqual(['skip', 'skip']);
    expect(lab.gateway.answers.stats).toMatchObject({ entries: 0, bytes: 0 });
  });

  test('forgets after its time', async () => {
    const lab = await gatewayLab({ ...ROUTES, cache: { ttlMs: 1000 } });
    await ask(lab);
    await lab.clock.advance(999);
    expect(how(await ask(lab))).toBe('hit');
    await lab.clock.advance(2);
    expect(lab.gateway.answers.stats.entries).toBe(0);
    expect(how(await ask(lab))).toBe('miss');
  });

  test('keeps no more bytes and entries than it may, and the latest ones', async () => {
    const lab = await gatewayLab({ ...ROUTES, cache: { maxBytes: 100_000 } });
    lab.answer('a', () =>
      Response.json({ type: 'message', content: [{ type: 'text', text: 'x'.repeat(9000) }] }),
    );
    for (let seed = 0; seed < 50; seed += 1) await ask(lab, { ...SAME, seed });
    const { bytes, entries } = lab.gateway.answers.stats;
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(entries).toBe(10);
    expect(how(await ask(lab, { ...SAME, seed: 49 }))).toBe('hit');
    expect(how(await ask(lab, { ...SAME, seed: 0 }))).toBe('miss');
  });

  test.each([400, 401, 429, 500, 529])('keeps no answer with status %d', async (status) => {
    const lab = await gatewayLab({ ...ROUTES, modelRoutes: { alpha: routeAt('a') } });
    lab.answer('a', status);
    await ask(lab);
    lab.answer('a', 200);
    const asked = await ask(lab);
    expect([asked.status, how(asked)]).toEqual([200, 'miss']);
  });

  test('keeps no answer that is an error under status 200', async () => {
    const lab = await gatewayLab({ ...ROUTES, modelRoutes: { alpha: routeAt('a') } });
    lab.answer('a', Response.json({ type: 'error', error: { type: 'api_error', message: 'm' } }));
    expect((await ask(lab)).error).not.toBeNull();
    lab.answer('a', 200);
    expect(how(await ask(lab))).toBe('miss');
  });

  test("keeps no other model's answer under this one's name", async () => {
    const lab = await gatewayLab(ROUTES);
    lab.answer('a', 500);
    expect((await ask(lab)).target).toBe('b.test/beta');
    lab.answer('a', 200);
    const asked = await ask(lab);
    expect([asked.target, how(asked)]).toEqual(['a.test/alpha', 'miss']);
  });

  test('can be flushed, and tells what it was good for', async () => {
    const lab = await gatewayLab(ROUTES);
    await ask(lab);
    await ask(lab);
    await ask(lab, { ...SAME, seed: 1 });
    expect(lab.gateway.answers.stats).toMatchObject({
      entries: 2,
      hits: 1,
      misses: 2,
      shared: 0,
      inFlight: 0,
      maxEntries: 1000,
      maxBytes: 67_108_864,
      ttlMs: 300_000,
    });
    expect(lab.gateway.answers.flush()).toBe(2);
    expect(lab.gateway.answers.stats).toMatchObject({ entries: 0, bytes: 0 });
    expect(how(await ask(lab))).toBe('miss');
  });

  test('outlives a reload of the configuration, but not a new key', async () => {
    const lab = await gatewayLab(ROUTES);
    await ask(lab);
    await lab.reload(ROUTES);
    expect(how(await ask(lab))).toBe('hit');
    await lab.reload({
      ...ROUTES,
      modelRoutes: { alpha: routeAt('a', { authToken: 'another key' }) },
    });
    expect(how(await ask(lab))).toBe('miss');
  });

  test('counts of tokens have nothing to do with it', async () => {
    const lab = await gatewayLab(ROUTES);
    lab.answer('a', () => Response.json({ input_tokens: 3 }));
    const asked = await ask(lab, SAME, { endpoint: 'count_tokens' });
    expect(how(asked)).toBeNull();
  });
});

describe('identical requests at the same time', () => {
  /** An upstream that answers when the test says so. */
  async function held() {
    const lab = await gatewayLab(ROUTES);
    const gate = Promise.withResolvers<void>();
    lab.answer('a', async () => {
      await gate.promise;
      return 200;
    });
    return { lab, open: gate.resolve };
  }

  test('make one request upstream', async () => {
    const { lab, open } = await held();
    const all = Array.from({ length: 100 }, () => ask(lab));
    await Bun.sleep(0);
    expect(lab.gateway.answers.stats.inFlight).toBe(1);
    open();
    const asked = await Promise.all(all);
    expect(asked.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(lab.sent).toHaveLength(1);
    expect(asked.filter((one) => how(one) === 'miss')).toHaveLength(1);
    expect(asked.filter((one) => how(one) === 'hit')).toHaveLength(99);
    expect(results(lab).filter((result) => result === 'shared')).toHaveLength(99);
    expect(lab.records.filter(({ usage }) => usage !== null)).toHaveLength(1);
    expect(new Set(asked.map(({ reply }) => reply?.headers)).size).toBe(100);
    expect(lab.gateway.answers.stats.inFlight).toBe(0);
  });

  test('one that leaves, be it the first, does not take the answer from the others', async () => {
    const { lab, open } = await held();
    const clients = Array.from({ length: 4 }, () => new AbortController());
    const all = clients.map(({ signal }) => ask(lab, SAME, { signal }));
    await Bun.sleep(0);
    clients[0]?.abort();
    clients[2]?.abort();
    await Bun.sleep(0);
    open();
    const asked = await Promise.all(all);
    expect(asked.map(({ error, status }) => error?.kind ?? status)).toEqual([
      'client_gone',
      200,
      'client_gone',
      200,
    ]);
    expect(lab.sent).toHaveLength(1);
    // The tokens were spent, and somebody accounts for them.
    expect(lab.records.filter(({ usage }) => usage !== null)).toHaveLength(1);
    expect(how(await ask(lab))).toBe('hit');
  });

  test('when the last one leaves, the request upstream ends, and the next one starts anew', async () => {
    const lab = await gatewayLab(ROUTES);
    lab.answer('a', 'silence');
    const clients = Array.from({ length: 3 }, () => new AbortController());
    const all = clients.map(({ signal }) => ask(lab, SAME, { signal }));
    await Bun.sleep(0);
    for (const client of clients) client.abort();
    const asked = await Promise.all(all);
    expect(asked.map(({ error }) => error?.kind)).toEqual(
      Array.from({ length: 3 }, () => 'client_gone'),
    );
    expect(lab.gateway.answers.stats.inFlight).toBe(0);
    expect(lab.clock.pending).toBe(0);
    lab.answer('a', 200);
    expect(how(await ask(lab))).toBe('miss');
    expect(lab.sent).toHaveLength(2);
  });

  test('a failure is told to all, and kept for none', async () => {
    const lab = await gatewayLab({ ...ROUTES, modelRoutes: { alpha: routeAt('a') } });
    lab.answer('a', 400);
    const asked = await Promise.all(Array.from({ length: 5 }, () => ask(lab)));
    expect(asked.map(({ error }) => error?.kind)).toEqual(
      Array.from({ length: 5 }, () => 'upstream_bad_request'),
    );
    expect(lab.sent).toHaveLength(1);
    lab.answer('a', 200);
    expect((await ask(lab)).status).toBe(200);
  });

  test('those that may differ each make their own', async () => {
    const { lab, open } = await held();
    const all = Array.from({ length: 3 }, () => ask(lab, { temperature: 1 }));
    await Bun.sleep(0);
    open();
    await Promise.all(all);
    expect(lab.sent).toHaveLength(3);
  });
});
