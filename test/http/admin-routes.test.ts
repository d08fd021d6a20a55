import { expect, test } from 'bun:test';
import type { RouteSummary } from '../../src/core/route-summary.ts';
import { startGateway } from '../support/clauder.ts';

const routesOf = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/v1/admin/routes`, { headers });
  return { status: response.status, text: await response.text() };
};

test('tells what each route is, and none of its secrets', async () => {
  await using gateway = await startGateway({
    config: {
      modelRoutes: {
        'MiniMax-M2.5': {
          alias: ['mm25', 'mini'],
          baseURL: 'http://127.0.0.1:9/secret-path/anthropic',
          authToken: 'secret-key',
          headers: { 'x-team': 'secret-header' },
          contextWindow: 128_000,
          maxOutputTokens: 16_384,
          pricing: { input: 0.3, output: 1.2, cacheRead: 0.03 },
          description: 'Schnell und günstig.',
          agent: false,
        },
        'deepseek-v4-flash': { preset: 'deepseek' },
      },
    },
  });
  const { status, text } = await routesOf(gateway.url);
  expect(status).toBe(200);
  expect(text).not.toContain('secret');
  const { routes } = JSON.parse(text) as { routes: RouteSummary[] };
  expect(routes.map(({ name, builtIn }) => [name, builtIn])).toEqual([
    ['MiniMax-M2.5', false],
    ['deepseek-v4-flash', false],
    ['echo', true],
    ['echo-openai', true],
  ]);
  expect(routes[0]).toMatchObject({
    aliases: ['mm25', 'mini'],
    upstreamModel: 'MiniMax-M2.5',
    wire: 'anthropic-messages',
    contextWindow: 128_000,
    maxOutputTokens: 16_384,
    pricing: { input: 0.3, output: 1.2 },
    description: 'Schnell und günstig.',
    agent: false,
    problem: null,
  });
  expect(routes[1]).toMatchObject({ provider: 'deepseek', providerLabel: 'DeepSeek', agent: true });
  expect(routes[1]?.problem).toContain('DEEPSEEK_API_KEY');
});

test("wants the gateway's token where it has one", async () => {
  await using gateway = await startGateway({ config: { server: { authToken: 'the-token' } } });
  expect((await routesOf(gateway.url)).status).toBe(401);
  expect((await routesOf(gateway.url, { 'x-api-key': 'the-token' })).status).toBe(200);
});
