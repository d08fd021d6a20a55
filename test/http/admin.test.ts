import { describe, expect, test } from 'bun:test';
import type { z } from 'zod';
import * as shapes from '../../src/http/admin/shapes.ts';
import { createApp } from '../../src/http/app.ts';
import type { RecentCall } from '../../src/telemetry/recent-calls.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const SESSION = { 'x-claude-code-session-id': 'session-1', 'x-claude-code-agent-id': 'agent-1' };

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

describe('every admin endpoint', () => {
  /** Path, as called → shape. */
  const answers: readonly (readonly [path: string, shape: z.ZodType, init?: RequestInit])[] = [
    ['/v1/admin/status', shapes.STATUS],
    ['/v1/admin/routes', shapes.ROUTES],
    ['/v1/admin/requests', shapes.REQUESTS],
    ['/v1/admin/usage', shapes.USAGE],
    ['/v1/admin/usage?by=agent', shapes.USAGE],
    ['/v1/admin/usage?by=day&since=1h', shapes.USAGE],
    ['/v1/admin/config', shapes.CONFIG],
    ['/v1/admin/cache', shapes.CACHE],
    ['/v1/admin/cache', shapes.FLUSHED, { method: 'DELETE' }],
    ['/v1/admin/reload', shapes.RELOADED, { method: 'POST' }],
    ['/v1/admin/requests/req_none', shapes.ERROR],
    ['/v1/admin/usage?by=moon', shapes.ERROR],
  ];

  test('answers in its documented shape, with calls of every kind behind it', async () => {
    await using upstream = await startFakeUpstream({ wire: 'openai-chat' });
    await using server = await busyServer(upstream.baseURL);
    for (const [path, shape, init] of answers) {
      const response = await fetch(server.url + path, init);
      const answer: unknown = await response.json();
      expect([path, shape.safeParse(answer).error?.message]).toEqual([path, undefined]);
    }
    const { requests } = await server.json<{ requests: RecentCall[] }>('/v1/admin/requests');
    for (const { id } of requests) {
      shapes.RECENT_CALL.parse(await server.json(`/v1/admin/requests/${id}`));
    }
  });

  test('stands in the OpenAPI document, and nothing else does', async () => {
    await using server = await startTestServer();
    const document = await server.json<Document>('/v1/admin/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const registered = createApp(server.server.context)
      .routes.filter(
        ({ method, path }) => method !== 'ALL' && /^\/(?:v1\/admin|metrics)/u.test(path),
      )
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/gu, '{$1}')}`);
    expect(documented.sort()).toEqual(registered.sort());
    for (const operations of Object.values(document.paths)) {
      for (const { responses } of Object.values(operations)) {
        expect(Object.keys(responses)).toEqual(['200', 'default']);
      }
    }
    // Nothing refers to what isn't there.
    expect(
      JSON.stringify(document)
        .match(/"\$ref":"[^"]+"/gu)
        ?.every((ref) => ref.includes('#/components/schemas/Error')),
    ).toBe(true);
  });

  test("wants the gateway's token where there is one, and shows no secret", async () => {
    const secrets = { route: 'sk-secret-of-the-route', header: 'secret-header', own: 'own-secret' };
    await using server = await startTestServer({
      server: { authToken: secrets.own },
      modelRoutes: {
        alpha: {
          baseURL: 'http://127.0.0.1:9/anthropic',
          authToken: secrets.route,
          headers: { 'x-team': secrets.header },
        },
      },
    });
    const paths = [...answers.map(([path]) => path), '/v1/admin/openapi.json', '/metrics'];
    for (const path of paths) {
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 401]);
      const response = await fetch(server.url + path, {
        headers: { authorization: `Bearer ${secrets.own}` },
      });
      expect(response.status).not.toBe(401);
      const text = await response.text();
      for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    }
    const { settings } = await server.json<z.infer<typeof shapes.CONFIG>>('/v1/admin/config', {
      'x-api-key': secrets.own,
    });
    expect(settings).toContainEqual({ key: 'server.authToken', value: '(hidden)', from: 'file' });
  });
});

/** A gateway that has answered, refused, failed over and cached. */
async function busyServer(baseURL: string): Promise<TestServer> {
  const server = await startTestServer({
    modelRoutes: {
      broken: {
        baseURL: 'http://127.0.0.1:9/anthropic',
        authToken: 'k',
        alias: 'b',
        fallback: ['good'],
      },
      good: { baseURL, authToken: 'k', wire: 'openai-chat', pricing: { input: 1, output: 2 } },
    },
    retry: { maxAttempts: 2, baseDelayMs: 0, maxDelayMs: 0 },
  });
  for (const body of [
    { model: 'B', stream: true },
    { model: 'good', temperature: 0 },
    { model: 'good', temperature: 0 },
    { model: 'nobody' },
  ]) {
    await (await server.post(body, SESSION)).text();
  }
  await server.post({ model: 'good' }, {}, '/v1/messages/count_tokens');
  return server;
}

describe('GET /v1/admin/requests', () => {
  test('tells what happened on the way', async () => {
    await using upstream = await startFakeUpstream({ wire: 'openai-chat' });
    await using server = await busyServer(upstream.baseURL);
    const { requests } = await server.json<{ requests: RecentCall[] }>('/v1/admin/requests');
    expect(
      requests.map(({ model, endpoint, status, cache }) => [model, endpoint, status, cache]),
    ).toEqual([
      ['good', 'count_tokens', 200, null],
      ['nobody', 'messages', 404, null],
      ['good', 'messages', 200, 'hit'],
      ['good', 'messages', 200, 'miss'],
      ['B', 'messages', 200, null],
    ]);
    const failedOver = requests.at(-1)!;
    expect(failedOver).toMatchObject({
      route: 'good',
      session: 'session-1',
      agent: 'agent-1',
      stream: true,
      result: 'complete',
    });
    const steps = failedOver.timeline.map(({ step, route }) => `${step} ${route}`);
    expect(steps[0]).toBe('routed broken');
    expect(steps).toContain('fallback good');
    expect(steps.at(-1)).toBe('committed good');
    const failure = failedOver.timeline.find(({ step }) => step === 'failed')!;
    expect(failure.details).toMatchObject({ error: 'unreachable', status: null });
    const times = failedOver.timeline.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(JSON.stringify(requests)).not.toContain('"hi"');
  });

  test('is filtered and bounded', async () => {
    await using upstream = await startFakeUpstream({ wire: 'openai-chat' });
    await using server = await busyServer(upstream.baseURL);
    const models = async (query: string) => {
      const { requests } = await server.json<{ requests: RecentCall[] }>(
        `/v1/admin/requests?${query}`,
      );
      return requests.map(({ model }) => model);
    };
    expect(await models('limit=2')).toEqual(['good', 'nobody']);
    expect(await models('model=GOOD&limit=9')).toEqual(['good', 'good', 'good', 'B']);
    expect(await models('failed=true')).toEqual(['nobody']);
    expect(await models('session=session-1')).toEqual(['nobody', 'good', 'good', 'B']);
    expect((await fetch(`${server.url}/v1/admin/requests?limit=many`)).status).toBe(400);
  });
});

test('what a client said is shown only where log.bodies is on, and when it is asked for', async () => {
  for (const bodies of [true, false]) {
    await using server = await startTestServer({ log: { bodies } });
    const id = (await server.post({ model: 'echo' })).headers.get('request-id');
    const call = (query: string) => server.json<RecentCall>(`/v1/admin/requests/${id}${query}`);
    expect((await call('')).body).toBeUndefined();
    const { body } = await call('?body=true');
    expect(body?.includes('"content":"hi"')).toBe(bodies ? true : undefined);
    shapes.RECENT_CALL.parse(await call('?body=true'));
  }
});
