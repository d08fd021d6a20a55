import { expect, test } from 'bun:test';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDesk, routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { text } from '../support/reply.ts';

const configOf = (gateway: RunningGateway) => join(gateway.sandbox.root, 'config.json');

const rewrite = (gateway: RunningGateway, config: object) =>
  writeFileSync(configOf(gateway), JSON.stringify(config));

const messages = (gateway: RunningGateway, model: string, init: RequestInit = {}) =>
  fetch(`${gateway.url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({ model, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }),
    ...init,
  });

interface Status {
  readonly configFile: string | null;
  readonly configError: string | null;
  readonly restartNeeded: readonly string[];
}

const statusOf = async (gateway: RunningGateway, headers: Record<string, string> = {}) =>
  (await fetch(`${gateway.url}/v1/admin/status`, { headers })).json() as Promise<Status>;

const isKnown = async (gateway: RunningGateway, model: string) =>
  (await fetch(`${gateway.url}/v1/models/${model}`)).ok;

test('a request under way ends as it began; the next one takes the new route', async () => {
  const slow = await startFakeUpstream({
    wire: 'anthropic-messages',
    script: { ...text('from the old one'), pauseMs: 150 },
  });
  const other = await startFakeUpstream({ wire: 'openai-chat', script: text('from the new one') });
  await using gateway = await startGateway({ config: { modelRoutes: { m: routeTo(slow) } } });
  const body = JSON.stringify({
    model: 'm',
    max_tokens: 9,
    stream: true,
    messages: [{ role: 'user', content: 'hi' }],
  });
  const running = await messages(gateway, 'm', { body });
  rewrite(gateway, { modelRoutes: { m: routeTo(other, { authToken: 'another-key' }) } });
  await until('the new route', async () => {
    const answer = await (await messages(gateway, 'm')).text();
    return answer.includes('from the new one');
  });
  const stream = await running.text();
  expect(stream).toContain('message_stop');
  expect(stream).toContain('old one');
  expect(slow.last().closedEarlyAt).toBeNull();
  expect(slow.last().header('authorization')).toBe('Bearer provider-key');
  expect(other.last().header('authorization')).toBe('Bearer another-key');
  await slow.stop();
  await other.stop();
});

test('the token and the allowed origins follow the file', async () => {
  await using gateway = await startGateway({ config: {} });
  const page = { origin: 'https://my.page' };
  expect((await messages(gateway, 'echo', { headers: page })).status).toBe(403);
  rewrite(gateway, {
    server: { authToken: 'first-token', allowedOrigins: [page.origin], allowedHosts: ['my.host'] },
  });
  await until(
    'the token to be wanted',
    async () => (await messages(gateway, 'echo')).status === 401,
  );
  const first = { 'x-api-key': 'first-token' };
  expect((await messages(gateway, 'echo', { headers: first })).status).toBe(200);
  expect((await messages(gateway, 'echo', { headers: { ...first, ...page } })).status).toBe(200);
  expect((await messages(gateway, 'echo', { headers: { ...first, host: 'my.host' } })).status).toBe(
    200,
  );
  expect(gateway.record().clientToken).toBe('first-token');

  rewrite(gateway, { server: { authToken: 'second-token' } });
  const second = { 'x-api-key': 'second-token' };
  await until(
    'the other token',
    async () => (await messages(gateway, 'echo', { headers: second })).status === 200,
  );
  expect((await messages(gateway, 'echo', { headers: first })).status).toBe(401);
  expect((await messages(gateway, 'echo', { headers: { ...second, ...page } })).status).toBe(403);
  expect(gateway.output()).not.toContain('first-token');
  expect(gateway.output()).not.toContain('second-token');
});

test('what only a start can change is told, the rest is in force', async () => {
  await using gateway = await startGateway({ config: {} });
  rewrite(gateway, { server: { host: '127.0.0.2' }, modelRoutes: { added: { preset: 'echo' } } });
  await until('the route', () => isKnown(gateway, 'added'));
  expect((await statusOf(gateway)).restartNeeded).toEqual(['server.host']);
  await until('the log to say so', () => gateway.output().includes('server.host has changed'));
  // The port comes from a flag, so the file's has no effect at the next start either.
  rewrite(gateway, { server: { port: 4711 }, modelRoutes: { again: { preset: 'echo' } } });
  await until('the next route', () => isKnown(gateway, 'again'));
  expect((await statusOf(gateway)).restartNeeded).toEqual([]);
});

test('an address that others reach never loses its token while it is open', async () => {
  await using gateway = await startGateway({
    config: { server: { host: '0.0.0.0', authToken: 'the-token', allowedHosts: ['x.example'] } },
  });
  const headers = { 'x-api-key': 'the-token' };
  // For itself this file is right: loopback needs no token.
  rewrite(gateway, { modelRoutes: { added: { preset: 'echo' } } });
  await until('the route', async () => (await messages(gateway, 'added', { headers })).ok);
  expect((await messages(gateway, 'added')).status).toBe(401);
  expect((await statusOf(gateway, headers)).restartNeeded).toEqual([
    'server.host',
    'server.authToken',
  ]);
});

test('a file that is removed stays in force, with a notice, until it is back', async () => {
  await using gateway = await startGateway({ config: { modelRoutes: { m: { preset: 'echo' } } } });
  rmSync(configOf(gateway));
  await until('the notice', async () =>
    (await statusOf(gateway)).configError?.includes('the file is gone'),
  );
  expect((await messages(gateway, 'm')).status).toBe(200);
  rewrite(gateway, { modelRoutes: { n: { preset: 'echo' } } });
  await until('the file to be in force', () => isKnown(gateway, 'n'));
  expect((await statusOf(gateway)).configError).toBeNull();
});

test('POST /v1/admin/reload reads the file at once, and answers what is wrong with it', async () => {
  await using gateway = await startGateway({ config: {} });
  const reload = () => fetch(`${gateway.url}/v1/admin/reload`, { method: 'POST' });
  rewrite(gateway, { modelRoutes: { m: { preset: 'echo' } } });
  const applied = await reload();
  expect(await isKnown(gateway, 'm')).toBe(true);
  expect(await applied.json()).toEqual({
    result: 'applied',
    restartNeeded: [],
    configFile: configOf(gateway),
  });
  expect(await (await reload()).json()).toMatchObject({ result: 'unchanged' });
  rewrite(gateway, { modelRoutes: { m: { preset: 'nothing-like-it' } } });
  const refused = await reload();
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({
    type: 'error',
    error: { type: 'invalid_request_error', message: expect.stringContaining('modelRoutes.m') },
  });
  expect((await messages(gateway, 'm')).status).toBe(200);
});

test('a file that appears later is read; cc-route reload and status tell what is in force', async () => {
  using desk = await createDesk({ config: null, claude: false });
  expect((await desk.clauder(['route', 'reload'])).code).toBe(3);
  expect((await desk.clauder(['route', 'start'])).code).toBe(0);
  try {
    const file = desk.sandbox.write(
      'home/.claude/settings.cc-route.json',
      '{ "modelRoutes": { "m": { "preset": "echo" } } }',
    );
    const status = async () =>
      JSON.parse((await desk.clauder(['--proxy-status', '--json'])).stdout) as Status;
    await until('the file to be in force', async () => (await status()).configFile === file);
    const unchanged = await desk.clauder(['route', 'reload']);
    expect(unchanged).toMatchObject({
      code: 0,
      stdout: 'unchanged: ~/.claude/settings.cc-route.json\n',
    });
    writeFileSync(file, '{ "server": { "prot": 1 } }');
    const refused = await desk.clauder(['route', 'reload']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('prot');
    const shown = await desk.clauder(['--proxy-status']);
    expect(shown.stdout).toContain('the last good one is in force');
    expect(shown.stdout).toContain('settings.cc-route.json:1:');
  } finally {
    await desk.clauder(['--proxy-stop']);
  }
});
