import { describe, expect, test } from 'bun:test';
import type { WireName } from '../../src/providers/spec.ts';
import { startGateway, type RunningGateway } from '../support/clauder.ts';
import { recordedRequests } from '../support/fixtures.ts';

/** An upstream that counts as it is told, and writes down who asked for a count. */
function startCounter(answer: (path: string, body: Record<string, unknown>) => Response) {
  const paths: string[] = [];
  const bodies: Record<string, unknown>[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const body = (await request.json()) as Record<string, unknown>;
      paths.push(pathname);
      bodies.push(body);
      return answer(pathname, body);
    },
  });
  return {
    paths,
    bodies,
    url: `http://127.0.0.1:${server.port}`,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

const BODY = { model: 'm', messages: [{ role: 'user', content: 'word '.repeat(3000) }] };

const post = (gateway: RunningGateway, path: string, body: unknown) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function count(gateway: RunningGateway, body: unknown = BODY): Promise<number> {
  const response = await post(gateway, '/v1/messages/count_tokens?beta=true', body);
  const answer = (await response.json()) as { input_tokens: number };
  expect(response.status, JSON.stringify(answer)).toBe(200);
  expect(Object.keys(answer)).toEqual(['input_tokens']);
  return answer.input_tokens;
}

const routed = (wire: WireName, url: string, more: Record<string, unknown> = {}) =>
  startGateway({
    config: { modelRoutes: { m: { baseURL: url, wire, authToken: 'key', ...more } } },
  });

describe('the upstream counts', () => {
  test('with its own endpoint', async () => {
    using upstream = startCounter(() => Response.json({ input_tokens: 4711 }));
    await using gateway = await routed('anthropic-messages', upstream.url);
    expect(await count(gateway)).toBe(4711);
    expect(upstream.paths).toEqual(['/v1/messages/count_tokens']);
  });

  test.each([
    ['has no such endpoint', () => new Response('nothing here', { status: 404 })],
    ['fails', () => Response.json({ error: { message: 'oops' } }, { status: 500 })],
    ['rejects the key', () => Response.json({ error: { message: 'bad key' } }, { status: 401 })],
    ['counts nothing', () => Response.json({ input_tokens: 0 })],
    ['answers with a page', () => new Response('<html>')],
  ])('where it %s, this machine does, and does not ask again', async (_, answer) => {
    using upstream = startCounter(answer);
    await using gateway = await routed('anthropic-messages', upstream.url);
    expect(await count(gateway)).toBeWithin(2990, 3050);
    expect(await count(gateway)).toBeWithin(2990, 3050);
    expect(upstream.paths.length).toBe(1);
  });

  test.each([
    ['kimi', '/v1', '/v1/tokenizers/estimate-token-count', { data: { total_tokens: 815 } }],
    ['vllm', '/v1', '/tokenize', { count: 815, max_model_len: 32_768, tokens: [] }],
  ])('%s has an endpoint for chat completions', async (preset, base, path, answer) => {
    using upstream = startCounter(() => Response.json(answer));
    await using gateway = await routed('openai-chat', upstream.url + base, { preset });
    const tool = { name: 'T', description: 'd', input_schema: { type: 'object' } };
    expect(await count(gateway, { ...BODY, system: 'be brief', tools: [tool] })).toBe(815);
    expect(upstream.paths).toEqual([path]);
    expect(upstream.bodies[0]).toMatchObject({
      model: 'm',
      messages: [{ role: 'system', content: 'be brief' }, { role: 'user' }],
      tools: [{ type: 'function', function: { name: 'T' } }],
    });
    expect(Object.keys(upstream.bodies[0] ?? {})).not.toContain('stream');
  });
});

describe('this machine counts', () => {
  const completion = (tokens: number) =>
    Response.json({
      choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: tokens, completion_tokens: 1 },
    });

  test('by what the vendor counted for earlier calls', async () => {
    using upstream = startCounter(() => completion(4500));
    await using gateway = await routed('openai-chat', `${upstream.url}/v1`);
    expect(await count(gateway)).toBeWithin(2990, 3050);
    expect((await post(gateway, '/v1/messages', { ...BODY, max_tokens: 9 })).status).toBe(200);
    expect(await count(gateway)).toBeWithin(4450, 4550);
  });

  test("Claude Code's own requests, 45 at once", async () => {
    using upstream = startCounter(() => completion(1));
    await using gateway = await routed('openai-chat', `${upstream.url}/v1`, { alias: 'mm25' });
    const recorded = recordedRequests.find(({ name }) => name === '2.1.330/count-tokens-tools');
    const body = recorded?.body;
    const all = await Promise.all(Array.from({ length: 45 }, () => count(gateway, body)));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toBeGreaterThan(1000);
    expect(await count(gateway, { model: 'mm25', messages: [] })).toBe(1);
    expect(upstream.paths).toEqual([]);
  });
});
