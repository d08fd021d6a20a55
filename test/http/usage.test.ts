import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { usagePath } from '../../src/usage/database.ts';
import type { UsageReport } from '../../src/usage/report.ts';
import { routeTo } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startTestServer } from '../support/server.ts';

let sandbox: Sandbox;
let stateDir: string;
let upstream: FakeUpstream;
beforeEach(async () => {
  sandbox = createSandbox();
  stateDir = join(sandbox.root, 'state');
  upstream = await startFakeUpstream({ wire: 'anthropic-messages' });
});
afterEach(async () => {
  await upstream.stop();
  sandbox[Symbol.dispose]();
});

/** An answer with these counts, as JSON whatever was asked for. */
const counts = (usage: object) => ({
  kind: 'raw' as const,
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'hi' }],
    stop_reason: 'end_turn',
    usage,
  }),
});

const start = (more: object = {}) =>
  startTestServer(
    {
      modelRoutes: {
        'deepseek-v4-flash': {
          alias: 'd4f',
          ...routeTo(upstream),
          pricing: { input: 0.14, output: 0.28, cacheRead: 0.028 },
        },
        'claude-opus-4-5': routeTo(upstream),
        'MiniMax-M2.5': { alias: 'mm25', ...routeTo(upstream) },
        unpriced: { ...routeTo(upstream), fallback: [] },
      },
      retry: { maxAttempts: 1 },
      ...more,
    },
    { stateDir },
  );

describe('GET /v1/admin/usage', () => {
  test('cost agrees with a hand calculation for three models, also after a restart', async () => {
    const before = await (async () => {
      await using server = await start();
      upstream.enqueue(
        counts({ input_tokens: 10_000, output_tokens: 2_000, cache_read_input_tokens: 50_000 }),
        counts({
          input_tokens: 1_000,
          output_tokens: 3_000,
          cache_read_input_tokens: 100_000,
          cache_creation_input_tokens: 8_000,
          cache_creation: { ephemeral_5m_input_tokens: 6_000, ephemeral_1h_input_tokens: 2_000 },
          output_tokens_details: { thinking_tokens: 1_200 },
        }),
        counts({ input_tokens: 20_000, output_tokens: 500, cache_creation_input_tokens: 1_000 }),
      );
      await (await server.post({ model: 'd4f' })).text();
      await (await server.post({ model: 'claude-opus-4-5', stream: true })).text();
      await (await server.post({ model: 'mm25' })).text();
      return await server.json<UsageReport>('/v1/admin/usage');
    })();
    const provider = upstream.baseURL;
    expect(before).toEqual({
      summary: {
        totalRequests: 3,
        totalErrors: 0,
        totalInput: 31_000,
        totalOutput: 5_500,
        totalCacheRead: 150_000,
        totalCacheWrite: 9_000,
        totalThinking: 1_200,
        totalCostUsd: 0.197_835,
        totalUnpriced: 0,
      },
      details: [
        {
          provider,
          model: 'claude-opus-4-5',
          requests: 1,
          errors: 0,
          input: 1_000,
          output: 3_000,
          cacheRead: 100_000,
          cacheWrite: 8_000,
          thinking: 1_200,
          // 1000×5 + 3000×25 + 100000×0.5 + 6000×6.25 + 2000×10 = 187,500 per million
          costUsd: 0.187_5,
          unpriced: 0,
        },
        {
          provider,
          model: 'MiniMax-M2.5',
          requests: 1,
          errors: 0,
          input: 20_000,
          output: 500,
          cacheRead: 0,
          cacheWrite: 1_000,
          thinking: 0,
          // 20000×0.3 + 500×1.2 + 1000×0.375 = 6,975 per million
          costUsd: 0.006_975,
          unpriced: 0,
        },
        {
          provider,
          model: 'deepseek-v4-flash',
          requests: 1,
          errors: 0,
          input: 10_000,
          output: 2_000,
          cacheRead: 50_000,
          cacheWrite: 0,
          thinking: 0,
          // 10000×0.14 + 2000×0.28 + 50000×0.028 = 3,360 per million
          costUsd: 0.003_36,
          unpriced: 0,
        },
      ],
    } satisfies UsageReport);

    await using server = await start();
    expect(await server.json<UsageReport>('/v1/admin/usage')).toEqual(before);
  });

  test('groups by day, session, agent, route and provider', async () => {
    await using server = await start();
    const ask = async (model: string, headers: Record<string, string>) =>
      (await server.post({ model }, headers)).text();
    const session = (id: string) => ({ 'x-claude-code-session-id': id });
    await ask('d4f', session('one'));
    await ask('mm25', { ...session('one'), 'x-claude-code-agent-id': 'helper' });
    await ask('d4f', session('two'));
    await ask('unpriced', {});
    const by = async (grouping: string) => {
      const { details } = await server.json<UsageReport>(`/v1/admin/usage?by=${grouping}`);
      return details;
    };
    const today = new Date().toLocaleDateString('sv');
    expect((await by('day')).map(({ day, requests }) => [day, requests])).toEqual([[today, 4]]);
    const sessions = await by('session');
    expect(Object.fromEntries(sessions.map((row) => [String(row.session), row.requests]))).toEqual({
      one: 2,
      two: 1,
      null: 1,
    });
    expect(Date.parse(sessions[0]?.from ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const agents = (await by('agent')).map((row) => `${row.session}/${row.agent}: ${row.requests}`);
    expect(agents.sort()).toEqual(['null/null: 1', 'one/helper: 1', 'one/null: 1', 'two/null: 1']);
    expect((await by('route')).map(({ route }) => String(route)).sort()).toEqual([
      'MiniMax-M2.5',
      'deepseek-v4-flash',
      'unpriced',
    ]);
    expect(await by('provider')).toMatchObject([{ provider: upstream.baseURL, unpriced: 1 }]);
  });

  test('takes a period, and says what is wrong with a bad one', async () => {
    await using server = await start();
    await (await server.post({ model: 'd4f' })).text();
    const requests = async (query: string) =>
      (await server.json<UsageReport>(`/v1/admin/usage?${query}`)).summary.totalRequests;
    expect(await requests('since=1h')).toBe(1);
    expect(await requests('since=today')).toBe(1);
    expect(await requests('until=1h')).toBe(0);
    expect(await requests(`since=${Date.now() + 60_000}`)).toBe(0);
    const refused = await fetch(`${server.url}/v1/admin/usage?since=yesterday`);
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('must be one of 7d,'),
    ]);
    expect((await fetch(`${server.url}/v1/admin/usage?by=moon`)).status).toBe(400);
  });

  test('counts failed calls, and those that the client left', async () => {
    await using server = await start();
    upstream.enqueue({ kind: 'error', status: 400 }, { kind: 'endless', pauseMs: 5 });
    await server.post({ model: 'unpriced' });
    const leaving = await server.post({ model: 'unpriced', stream: true });
    await leaving.body?.cancel();
    const report = await server.json<UsageReport>('/v1/admin/usage?by=route');
    expect(report.summary).toMatchObject({ totalRequests: 2, totalErrors: 1, totalInput: 1523 });
  });

  test('a database that can not be had stops no call, and is told', async () => {
    mkdirSync(usagePath(stateDir), { recursive: true });
    await using server = await start();
    expect((await server.post({ model: 'd4f' })).status).toBe(200);
    const refused = await fetch(`${server.url}/v1/admin/usage`);
    expect(refused.status).toBe(500);
    expect(await refused.text()).toContain("The usage database can't be read");
    expect(await server.text('/metrics')).toContain('\nproxy_usage_rows_waiting 1\n');
  });
});

describe('budgets', () => {
  const SPENDS_A_DOLLAR = counts({ input_tokens: 1_000_000, output_tokens: 0 });
  const priced = {
    modelRoutes: () => ({
      paid: { ...routeTo(upstream), pricing: { input: 1, output: 1 }, fallback: ['free'] },
      free: { ...routeTo(upstream), pricing: { input: 0, output: 0 }, fallback: ['paid'] },
    }),
  };
  const startWith = (budget: object) => start({ modelRoutes: priced.modelRoutes(), budget });

  test('a daily one warns, then refuses what costs money, and outlives a restart', async () => {
    upstream.use(SPENDS_A_DOLLAR);
    {
      await using server = await startWith({ dailyUsd: 3, warnAt: 0.6 });
      const answers = [];
      for (let index = 0; index < 4; index++) {
        const answer = await server.post(
          { model: 'paid' },
          { 'x-claude-code-session-id': `${index}` },
        );
        await answer.text();
        answers.push([answer.status, answer.headers.get('x-cc-route-budget')]);
      }
      // What the fourth sees at its start is the cost of three.
      expect(answers).toEqual([
        [200, null],
        [200, null],
        [200, 'day 66% of $3.00'],
        [402, null],
      ]);
      const warnings = server.log.filter(
        (line) => line.includes('budget') && !line.includes('req_'),
      );
      expect(warnings).toHaveLength(2);
      expect(warnings[0]).toContain("today's budget: 66% is spent, $2.00 of $3.00");
    }
    await using server = await startWith({ dailyUsd: 3 });
    const refused = await server.post({ model: 'paid' });
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([402, 'false']);
    expect(await refused.text()).toContain("today's budget is spent: $3.00 of $3.00");
    const before = upstream.requests.length;
    expect((await server.post({ model: 'free' })).status).toBe(200);
    expect((await server.post({ model: 'echo' })).status).toBe(200);
    expect((await server.post({ model: 'paid' }, {}, '/v1/messages/count_tokens')).status).toBe(
      200,
    );
    // A free model that fails is no way to a paid one.
    upstream.enqueue({ kind: 'error', status: 402 });
    expect((await server.post({ model: 'free' })).status).toBe(402);
    const models = upstream.requests.slice(before).map(({ model, target }) => `${model} ${target}`);
    expect(models.filter((text) => text.startsWith('paid') && !text.includes('count'))).toEqual([]);
  });

  test("one session's spending is its own", async () => {
    upstream.use(SPENDS_A_DOLLAR);
    await using server = await startWith({ sessionUsd: 1 });
    const ask = async (session: string | null) => {
      const headers = session === null ? {} : { 'x-claude-code-session-id': session };
      const answer = await server.post({ model: 'paid' }, headers);
      return [answer.status, await answer.text()] as const;
    };
    expect((await ask('one'))[0]).toBe(200);
    const [status, text] = await ask('one');
    expect(status).toBe(402);
    expect(text).toContain('the budget of session one is spent');
    expect((await ask('two'))[0]).toBe(200);
    expect((await ask(null))[0]).toBe(200);
  });

  test('a reload changes the limit', async () => {
    upstream.use(SPENDS_A_DOLLAR);
    await using server = await startWith({ dailyUsd: 1 });
    await (await server.post({ model: 'paid' })).text();
    expect((await server.post({ model: 'paid' })).status).toBe(402);
    const { gateway } = server.server.context;
    gateway.reload({ ...gateway.config, budget: { ...gateway.config.budget, dailyUsd: 5 } });
    expect((await server.post({ model: 'paid' })).status).toBe(200);
  });
});
