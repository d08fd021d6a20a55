import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { CLAUDER, createDesk, freePort, routeTo, type ConfigFile } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { startHttpPeer } from '../support/http-peer.ts';
import { run, type Finished } from '../support/run.ts';
import { createSandbox } from '../support/sandbox.ts';

const DEFAULT_PORT = 3456;

/** What a person at the terminal reads when something is wrong, with the real client in between. */
let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await startFakeUpstream({ wire: 'anthropic-messages' });
});

afterAll(async () => {
  await upstream.stop();
});

/** Everything that was printed; it has no stack trace and no code in it. */
function printed({ stdout, stderr }: Finished): string {
  const all = `${stdout}\n${stderr}`;
  expect(all).not.toMatch(/^\s+at .+[:(]\d+/mu);
  expect(all).not.toMatch(/\$bunfs|\/src\/\w+|node_modules|\[object Object\]/u);
  expect(all).not.toContain('provider-key');
  return all;
}

/** Runs `clauder -p hi --model MODEL` with a configuration; gives all that was printed. */
async function ask(config: ConfigFile | string, model = 'mm25', env: Record<string, string> = {}) {
  using desk = await createDesk({ config });
  const ended = await desk.clauder(['-p', 'hi', '--model', model], { env });
  return { ...ended, all: printed(ended) };
}

describe.each(WIRE_NAMES)('a provider that speaks %s and answers 401', (wire) => {
  test('ends within 5 s, naming route, provider and what to fix', async () => {
    const refusing = await startFakeUpstream({ wire, script: { kind: 'error', status: 401 } });
    const preset = wire === 'openai-chat' ? 'groq' : 'minimax';
    const { code, ms, all } = await ask({
      modelRoutes: { 'MiniMax-M2.5': routeTo(refusing, { alias: 'mm25', preset }) },
    });
    await refusing.stop();
    expect(code).not.toBe(0);
    expect(ms).toBeLessThan(5000);
    expect(all).toContain('MiniMax-M2.5');
    expect(all.toLowerCase()).toContain(preset);
    expect(all).toMatch(/authToken|key/u);
    expect(refusing.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

test('an unknown model: the nearest names', async () => {
  const { code, ms, all } = await ask(
    {
      modelRoutes: {
        'MiniMax-M2.5': routeTo(upstream, { alias: 'mm25' }),
        'deepseek-v4': routeTo(upstream, { alias: 'd4f' }),
      },
    },
    'mm52',
  );
  expect(code).not.toBe(0);
  expect(ms).toBeLessThan(5000);
  expect(all).toContain('mm52');
  expect(all).toMatch(/\bmm25\b/u);
});

test('an unset key variable: its name', async () => {
  const { code, ms, all } = await ask({
    modelRoutes: {
      'MiniMax-M2.5': routeTo(upstream, { alias: 'mm25', authToken: '${NO_SUCH_KEY_VARIABLE}' }),
    },
  });
  expect(code).not.toBe(0);
  expect(ms).toBeLessThan(5000);
  expect(all).toContain('NO_SUCH_KEY_VARIABLE');
  expect(all).toContain('MiniMax-M2.5');
});

test("a preset without a key: the preset's variable", async () => {
  const { code, ms, all } = await ask({
    modelRoutes: { 'deepseek-v4-flash': { preset: 'deepseek', alias: 'mm25' } },
  });
  expect(code).not.toBe(0);
  expect(ms).toBeLessThan(5000);
  expect(all).toContain('DEEPSEEK_API_KEY');
});

test('one route without its key takes no other down', async () => {
  const { code, stdout } = await ask({
    modelRoutes: {
      broken: { baseURL: upstream.baseURL, authToken: '${NO_SUCH_KEY_VARIABLE}', alias: 'b' },
      'MiniMax-M2.5': routeTo(upstream, { alias: 'mm25' }),
    },
  });
  expect(code).toBe(0);
  expect(stdout).toBe('You said: hi\n');
});

describe('an unreachable host: route and address', () => {
  test.each(['port', 'name'])('where its %s leads nowhere', async (kind) => {
    const host = kind === 'port' ? `127.0.0.1:${await freePort()}` : 'no-such-host.invalid';
    const { code, ms, all } = await ask({
      modelRoutes: {
        'MiniMax-M2.5': { baseURL: `http://${host}/anthropic`, authToken: 'k', alias: 'mm25' },
      },
    });
    expect(code).not.toBe(0);
    expect(ms).toBeLessThan(15_000);
    expect(all).toContain('MiniMax-M2.5');
    expect(all).toContain(host);
  });
});

describe('a port that another program owns', () => {
  const squat = (port?: number) =>
    startHttpPeer(async (_, responder) => {
      await responder.head(200, { 'content-type': 'text/plain' }, 9);
      await responder.write(new TextEncoder().encode('not yours'));
      await responder.end();
    }, port);

  test('the default one: the launcher takes another and says so', async () => {
    // Where somebody else has it already, the test is the same without ours.
    const squatter = await squat(DEFAULT_PORT).catch(() => null);
    using desk = await createDesk({
      config: { modelRoutes: { 'MiniMax-M2.5': routeTo(upstream, { alias: 'mm25' }) } },
      defaultPort: true,
    });
    const ended = await desk.clauder(['-p', 'between us', '--model', 'mm25']);
    await squatter?.stop();
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toBe('You said: between us\n');
    expect(printed(ended)).toContain(String(DEFAULT_PORT));
    const shown = squatter?.received.map(({ rawHeaders, body }) => [
      rawHeaders,
      Buffer.from(body).toString(),
    ]);
    expect(JSON.stringify(shown ?? [])).not.toMatch(
      /authorization|x-api-key|x-cc-route|between us/iu,
    );
  });

  test('one that was asked for: the launcher ends, names it and says what to do', async () => {
    const squatter = await squat();
    using desk = await createDesk({ config: null });
    const ended = await desk.clauder(['-p', 'hi', '--model', 'echo'], {
      env: { CC_ROUTE_PORT: String(squatter.port) },
    });
    await squatter.stop();
    expect(ended.code).toBe(1);
    expect(printed(ended)).toContain(String(squatter.port));
    expect(ended.stderr).toContain('CC_ROUTE_PORT');
  });

  test('the gateway in the foreground ends and names it', async () => {
    const squatter = await startHttpPeer(async (_, responder) => responder.cut());
    using desk = await createDesk({ config: null, claude: false });
    const ended = await desk.clauder(['--proxy-only', '--port', String(squatter.port)]);
    await squatter.stop();
    expect(ended.code).toBe(1);
    expect(printed(ended)).toContain(String(squatter.port));
    expect(ended.stderr).toContain('--port');
  });
});

describe('Claude Code is not installed', () => {
  test('says how to install it', async () => {
    using desk = await createDesk({ config: null, claude: false });
    const ended = await desk.clauder(['-p', 'hi', '--model', 'echo']);
    expect(ended.code).not.toBe(0);
    expect(ended.ms).toBeLessThan(5000);
    expect(printed(ended)).toContain('@anthropic-ai/claude-code');
  });

  test('and a program of that name in the working directory is not taken for it', async () => {
    using desk = await createDesk({ config: null, claude: false });
    const decoy = desk.sandbox.write('project/claude', '#!/bin/sh\necho decoy\n');
    chmodSync(decoy, 0o755);
    const { PATH = '' } = desk.sandbox.environment();
    for (const path of [`.:${PATH}`, `:${PATH}`, `${desk.sandbox.project}:${PATH}`]) {
      const ended = await desk.clauder(['-p', 'hi'], { env: { PATH: path } });
      expect(ended.code).not.toBe(0);
      expect(printed(ended)).not.toContain('decoy');
    }
  });
});

describe('a broken configuration: the path and the line', () => {
  const broken: Readonly<Record<string, readonly [string, RegExp]>> = {
    'a missing comma': [
      '{\n  "modelRoutes": {\n    "a": { "preset": "deepseek" }\n    "b": { "preset": "groq" }\n  }\n}\n',
      /settings\.cc-route\.json:4\b/u,
    ],
    'an unknown key': [
      '{\n  "modelRoutes": {\n    "a": {\n      "preset": "deepseek",\n      "alais": "x"\n    }\n  }\n}\n',
      /settings\.cc-route\.json:5\b[\s\S]*modelRoutes\.a\.alais[\s\S]*\balias\b/u,
    ],
    'a wrong type': [
      '{\n  "server": {\n    "port": "many"\n  }\n}\n',
      /settings\.cc-route\.json:3\b[\s\S]*server\.port/u,
    ],
    'an unknown preset': [
      '{\n  "modelRoutes": {\n    "a": { "preset": "deepsek" }\n  }\n}\n',
      /settings\.cc-route\.json:3\b[\s\S]*modelRoutes\.a\.preset[\s\S]*\bdeepseek\b/u,
    ],
  };
  test.each(Object.entries(broken))('%s', async (_, [config, wanted]) => {
    const { code, ms, all } = await ask(config);
    expect(code).not.toBe(0);
    expect(ms).toBeLessThan(5000);
    expect(all).toMatch(wanted);
  });

  test('a file that --config names and that is not there', async () => {
    using sandbox = createSandbox();
    const missing = join(sandbox.root, 'no-such-file.json');
    const ended = await run([...CLAUDER, '--proxy-only', '--config', missing], {
      cwd: sandbox.project,
      env: sandbox.environment(),
      timeoutMs: 10_000,
    });
    expect(ended.code).not.toBe(0);
    expect(printed(ended)).toContain(missing);
  });
});

describe('binding another address than loopback', () => {
  test('is refused without a token, with the reason', async () => {
    using desk = await createDesk({ config: null, claude: false });
    const ended = await desk.clauder(
      ['--proxy-only', '--host', '0.0.0.0', '--port', String(await freePort())],
      { timeoutMs: 10_000 },
    );
    expect(ended.code).not.toBe(0);
    expect(printed(ended)).toMatch(/authToken|CC_ROUTE_AUTH_TOKEN/u);
  });
});
