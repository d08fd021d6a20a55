import { expect, test } from 'bun:test';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUDER } from '../support/clauder.ts';
import { run } from '../support/run.ts';
import { createStage } from '../launcher/stage.ts';

test('every command has help with an example', async () => {
  await using stage = await createStage();
  const listed = await stage.clauder(['route', '--help']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  const names = [...listed.stdout.matchAll(/^ +(\w+) {2}/gmu)].map((match) => match[1] ?? '');
  expect(names).toEqual(
    expect.arrayContaining([
      'proxy',
      'launch',
      'start',
      'stop',
      'status',
      'models',
      'explain',
      'init',
      'doctor',
      'config',
    ]),
  );
  for (const name of names.filter((name) => name !== 'launch')) {
    const help = await stage.clauder(['route', name, '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(`cc-route ${name}`);
    expect(help.stdout).toMatch(/Example: (?:cc-route|clauder) /u);
    expect(help.stdout).not.toContain('\u{1B}');
    expect(help.stdout).toMatch(new RegExp(`^Usage: cc-route ${name}`, 'mu'));
    expect(help.stdout.split('\n').every((line) => line.length <= 120)).toBeTrue();
  }
});

test.each([
  [['modles'], 'Did you mean "cc-route models"?'],
  [['config', 'chekc'], 'Did you mean "cc-route config check"?'],
  [['xyzzy'], 'unknown command "xyzzy"'],
  [['--frobnicate'], 'unknown option "--frobnicate"'],
  [['constructor'], 'unknown command'],
  [['status', '--jsno'], 'unknown option "--jsno"'],
  [['status', 'now'], 'unexpected argument "now"'],
  [['models', '--config'], '--config needs a value'],
  [['proxy', '--port', 'x'], '--port x'],
] as const)('%p is wrong usage: exit code 2 and what was meant', async (args, message) => {
  await using stage = await createStage();
  const ended = await stage.clauder(['route', ...args]);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
  expect(ended.stderr).toContain('--help');
});

test('start, status and stop of a background gateway', async () => {
  await using stage = await createStage();
  const route = (...args: string[]) => stage.clauder(['route', ...args]);
  expect(await route('status')).toMatchObject({ code: 3 });
  expect(JSON.parse((await route('status', '--json')).stdout)).toEqual({ running: false });
  expect(await route('stop')).toMatchObject({ code: 3, stdout: 'not running\n' });

  const address = `http://127.0.0.1:${stage.port}`;
  expect((await route('start')).stdout).toStartWith(`started: ${address}, log: `);
  expect((await route('start')).stdout).toStartWith(`already running: ${address} `);
  const status = await route('status');
  expect(status.code).toBe(0);
  expect(status.stdout).toMatch(/^running\n/u);
  for (const text of [address, `${stage.record()?.pid}`, 'sessions  0\n', 'config    none']) {
    expect(status.stdout).toContain(text);
  }
  const json = JSON.parse((await route('status', '--json')).stdout);
  expect(json).toMatchObject({ running: true, address, leases: 0, ephemeral: false });
  expect(JSON.stringify(json)).not.toContain(stage.record()?.controlToken ?? '-');
  expect(await route('stop')).toMatchObject({
    code: 0,
    stdout: 'stopped; no session was attached\n',
  });
  expect(stage.record()).toBeNull();
});

test('models lists every route with what it comes to', async () => {
  const config = JSON.stringify({
    modelRoutes: {
      'deepseek-v4-flash': { alias: ['d4f', 'flash'], preset: 'deepseek', authToken: 'key-1' },
      'my-model': { baseURL: 'http://127.0.0.1:9/v1', contextWindow: 64_000 },
      keyless: { alias: 'k', preset: 'groq' },
    },
  });
  await using stage = await createStage({ config });
  const text = await stage.clauder(['route', 'models']);
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(
    /^d4f, flash +deepseek-v4-flash +deepseek +\S+ +1,000,000 +\S+ +ready$/mu,
  );
  expect(text.stdout).toMatch(/^- +my-model +\S+ +openai-chat +64,000 +- +ready$/mu);
  expect(text.stdout).toMatch(/^keyless: .*GROQ_API_KEY/mu);
  expect(text.stdout + text.stderr).not.toContain('key-1');
  const { models } = JSON.parse((await stage.clauder(['route', 'models', '--json'])).stdout);
  expect(models[0]).toMatchObject({ model: 'deepseek-v4-flash', aliases: ['d4f', 'flash'] });

  const broken = stage.sandbox.write('broken.json', '{ "modelRoutes": 1 }');
  const failed = await stage.clauder(['route', 'models', '--config', broken]);
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toContain('modelRoutes');
});

test('launch hands everything on, like clauder', async () => {
  await using stage = await createStage();
  const ended = await stage.clauder(['route', 'launch', '--help', '--json', '--', 'x'], 'exit 4');
  expect(ended.code).toBe(4);
  expect(stage.args().slice(-4)).toEqual(['--help', '--json', '--', 'x']);
});

test.skipIf(CLAUDER.length > 1)('a link named cc-route is the management tool', async () => {
  await using stage = await createStage();
  const link = join(stage.sandbox.bin, 'cc-route');
  symlinkSync(CLAUDER[0] ?? '', link);
  const ended = await run(['cc-route', '--version'], {
    cwd: stage.sandbox.project,
    env: stage.environment(),
  });
  expect(ended.stdout).toMatch(/^cc-route \d+\.\d+\.\d+/u);
});
