import { describe, expect, test } from 'bun:test';
import { gatewayLab, routeAt, type GatewayLab } from '../support/gateway-lab.ts';

const withKeys = (authToken: unknown, more: object = {}, retry: object = { maxAttempts: 1 }) => ({
  modelRoutes: { alpha: routeAt('a', { authToken, ...more }), beta: routeAt('b') },
  rateLimit: { rps: 0 },
  retry,
});
const THREE = withKeys(['k1', 'k2', 'k3']);
const keysSent = ({ sent }: GatewayLab) => sent.map(({ key }) => key).join(' ');
const session = (id: string) => ({ headers: new Headers({ 'x-claude-code-session-id': id }) });
const refuse = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ type: 'error', error: { type: 'x', message: 'no' } }, { status, headers });

describe('several keys', () => {
  test('take turns', async () => {
    const lab = await gatewayLab(THREE);
    for (let count = 0; count < 6; count += 1) await lab.ask('alpha');
    expect(keysSent(lab)).toBe('k1 k2 k3 k1 k2 k3');
  });

  test('a conversation keeps its key, on which its prompts are cached', async () => {
    const lab = await gatewayLab(THREE);
    for (const id of ['one', 'two', 'one', 'two', 'three', 'one', 'two', 'three']) {
      await lab.ask('alpha', session(id));
    }
    expect(keysSent(lab)).toBe('k1 k2 k1 k2 k3 k1 k2 k3');
  });

  test.each([401, 402, 429])(
    'one that gets %d rests, and the next goes on at once',
    async (status) => {
      const lab = await gatewayLab(THREE);
      lab.answer('a', ({ key }) => (key === 'k2' ? status : 200));
      for (let count = 0; count < 7; count += 1) {
        const asked = await lab.ask('alpha');
        expect([asked.status, asked.tookMs]).toEqual([200, 0]);
      }
      expect(lab.sent.filter(({ key }) => key === 'k2')).toHaveLength(1);
      expect(lab.sent).toHaveLength(8);
      expect(lab.records[1]?.journal.map(({ kind }) => kind)).toEqual([
        'routed',
        'attempt',
        'failed',
        'attempt',
        'committed',
      ]);
    },
  );

  test.each([400, 403, 404, 500, 529])('%d is not the fault of a key', async (status) => {
    const lab = await gatewayLab(THREE);
    lab.answer('a', status);
    await lab.ask('alpha');
    expect(keysSent(lab)).toBe('k1');
  });

  test('one at its limit rests for as long as the upstream says', async () => {
    const lab = await gatewayLab(withKeys(['k1', 'k2']));
    lab.answer('a', ({ key, at }) =>
      key === 'k1' && at === 0 ? refuse(429, { 'retry-after': '60' }) : 200,
    );
    await lab.ask('alpha');
    await lab.clock.advance(59_000);
    await lab.ask('alpha');
    await lab.ask('alpha');
    expect(keysSent(lab)).toBe('k1 k2 k2 k2');
    await lab.clock.advance(1000);
    await lab.ask('alpha');
    await lab.ask('alpha');
    expect(keysSent(lab).split(' ').slice(4).sort()).toEqual(['k1', 'k2']);
  });

  test('the conversation moves on with the key that took over', async () => {
    const lab = await gatewayLab(withKeys(['k1', 'k2']));
    lab.answer('a', ({ key, at }) => (key === 'k1' && at === 0 ? 429 : 200));
    await lab.ask('alpha', session('one'));
    await lab.clock.advance(600_000);
    await lab.ask('alpha', session('one'));
    expect(keysSent(lab)).toBe('k1 k2 k2');
  });

  test('a short wait for the first one of them is waited for', async () => {
    const lab = await gatewayLab(withKeys(['k1', 'k2'], { fallback: [] }, { maxAttempts: 3 }));
    lab.answer('a', ({ at }) => (at < 2000 ? refuse(429, { 'retry-after': '2' }) : 200));
    const asked = await lab.ask('alpha');
    expect([asked.status, asked.tookMs]).toEqual([200, 2000]);
    expect(keysSent(lab)).toBe('k1 k2 k2');
  });

  test('all at their limit: nothing is sent, and the client learns how long', async () => {
    const lab = await gatewayLab(withKeys(['k1', 'k2'], { fallback: [] }));
    lab.answer('a', ({ key }) => refuse(429, { 'retry-after': key === 'k1' ? '90' : '60' }));
    await lab.ask('alpha');
    await lab.clock.advance(10_000);
    const { error } = await lab.ask('alpha');
    expect(lab.sent).toHaveLength(2);
    expect([error?.kind, error?.retryAfterMs]).toEqual(['rate_limited', 50_000]);
    expect(error?.message).toContain('All keys of route alpha');
  });

  test('all at their limit: the next target of the chain takes over at once', async () => {
    const lab = await gatewayLab(withKeys(['k1', 'k2'], { fallback: ['beta'] }));
    lab.answer('a', () => refuse(429, { 'retry-after': '60' }));
    await lab.ask('alpha');
    const asked = await lab.ask('alpha');
    expect([asked.target, asked.tookMs]).toEqual(['b.test/beta', 0]);
    expect(lab.sent.filter(({ host }) => host === 'a')).toHaveLength(2);
  });

  test('all refused: one is tried all the same, since it may be mended by now', async () => {
    const lab = await gatewayLab(withKeys(['k1', 'k2']));
    lab.answer('a', 401);
    expect((await lab.ask('alpha')).status).toBe(401);
    lab.answer('a', 200);
    expect((await lab.ask('alpha')).status).toBe(200);
    expect(keysSent(lab)).toBe('k1 k2 k1');
  });

  test('what rests still does after a reload of the configuration', async () => {
    const lab = await gatewayLab(THREE);
    lab.answer('a', ({ key }) => (key === 'k1' ? 401 : 200));
    await lab.ask('alpha');
    await lab.reload(withKeys(['k1', 'k4']));
    for (let count = 0; count < 3; count += 1) await lab.ask('alpha');
    expect(keysSent(lab)).toBe('k1 k2 k4 k4 k4');
  });

  test('a count of tokens takes turns, too', async () => {
    const lab = await gatewayLab(THREE);
    lab.answer('a', ({ key }) => (key === 'k1' ? 401 : Response.json({ input_tokens: 5 })));
    const asked = await lab.ask('alpha', { endpoint: 'count_tokens' });
    expect(asked.status).toBe(200);
    expect(keysSent(lab)).toBe('k1 k2');
  });

  test('no message and no record holds one', async () => {
    const lab = await gatewayLab(withKeys(['sk-secret-one', 'sk-secret-two'], { fallback: [] }));
    lab.answer('a', ({ key }) =>
      Response.json({ error: { message: `${key} is wrong` } }, { status: 401 }),
    );
    const { error } = await lab.ask('alpha');
    expect(error?.message).toContain('rejected the API key');
    for (const seen of [error, lab.records]) {
      expect(/secret-(?:one|two)/.test(Bun.inspect(seen, { depth: 9 }))).toBe(false);
    }
  });
});

describe('a list in the configuration', () => {
  test('a key that is not set is left out, and the others are used', async () => {
    const lab = await gatewayLab(withKeys(['${K_ONE}', '${K_TWO}', '${K_THREE}']), {
      K_ONE: 'k1',
      K_THREE: 'k3',
    });
    expect(lab.gateway.config.warnings).toEqual([
      "modelRoutes.alpha.authToken[1]: K_TWO is not set in the gateway's environment; the others are used",
    ]);
    await lab.ask('alpha');
    await lab.ask('alpha');
    expect(keysSent(lab)).toBe('k1 k3');
  });

  test('with one key is one key, with none the route has none', async () => {
    const lab = await gatewayLab({
      modelRoutes: {
        one: routeAt('a', { authToken: ['k1'] }),
        none: routeAt('b', { authToken: ['${K_ONE}', ''], fallback: [] }),
      },
    });
    await lab.ask('one');
    expect(keysSent(lab)).toBe('k1');
    expect((await lab.ask('none')).error?.kind).toBe('missing_credential');
    expect(lab.gateway.config.warnings[0]).toEndWith("; this route can't be used");
  });

  test('commands are keys like others; one that is refused is run again at once', async () => {
    using sandbox = (await import('../support/sandbox.ts')).createSandbox();
    const file = sandbox.write('count', '');
    const command = `printf x >> ${file}; printf "run-%s\\n" "$(wc -c < ${file} | tr -d ' ')"`;
    const lab = await gatewayLab(withKeys({ command }), {}, 'stands');
    lab.answer('a', ({ key }) => (key === 'run-1' ? 401 : 200));
    expect((await lab.ask('alpha')).status).toBe(200);
    expect((await lab.ask('alpha')).status).toBe(200);
    expect(keysSent(lab)).toBe('run-1 run-2 run-2');
    const several = await gatewayLab(withKeys([{ command: 'echo cmd' }, 'k2']), {}, 'stands');
    await several.ask('alpha');
    await several.ask('alpha');
    expect(keysSent(several)).toBe('cmd k2');
  });
});
