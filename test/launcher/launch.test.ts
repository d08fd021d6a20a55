import { expect, test } from 'bun:test';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { PLACEHOLDER_CREDENTIAL } from '../../src/core/control.ts';
import { CLAUDER } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { createStage, runs } from './stage.ts';

const HARD_ARGUMENTS = [
  '-p',
  '',
  ' ',
  'zwei Wörter',
  '日本語 🙂',
  'line\nline\r\n\ttab',
  '"quoted" \'single\' `tick` $HOME $(id) \\',
  '*',
  '--unknown=1',
  '--proxy-only',
  '--proxy-status',
  'route',
  '--',
  '--settings',
  '{"env":{}}',
  '-',
  '--',
];

test('arguments arrive byte for byte and in order, behind our settings', async () => {
  await using stage = await createStage();
  const { code } = await stage.clauder(HARD_ARGUMENTS);
  expect(code).toBe(0);
  const [plugin, folder, flag, settings, ...rest] = stage.args();
  expect([plugin, flag]).toEqual(['--plugin-dir', '--settings']);
  expect(folder).toStartWith(`${stage.stateDir}/plugin-`);
  expect(rest).toEqual(HARD_ARGUMENTS);
  const address = `http://127.0.0.1:${stage.port}`;
  expect(JSON.parse(settings ?? '')).toEqual({
    modelPicker: {
      options: [
        { model: 'echo', label: 'echo', description: 'Echo · repeats what it is told, offline' },
      ],
    },
    modelSettings: {},
    env: { ANTHROPIC_BASE_URL: address, ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_CREDENTIAL },
  });
  expect(stage.env().get('ANTHROPIC_BASE_URL')).toBe(address);
  expect(stage.env().get('ANTHROPIC_AUTH_TOKEN')).toBe(PLACEHOLDER_CREDENTIAL);
  expect(stage.cwd()).toBe(realpathSync(stage.sandbox.project));
});

test("Claude Code's commands get the environment alone, their arguments as they are", async () => {
  await using stage = await createStage();
  for (const args of [['mcp', 'list'], ['config', 'set', 'a', 'b'], ['stop', 'x'], ['rc']]) {
    await stage.clauder(args);
    expect(stage.args()).toEqual(args);
    expect(stage.env().get('ANTHROPIC_BASE_URL')).toBe(`http://127.0.0.1:${stage.port}`);
  }
});

test('for its version or help alone no gateway is started', async () => {
  await using stage = await createStage();
  await stage.clauder(['--version']);
  expect(stage.args()).toEqual(['--version']);
  expect(stage.record()).toBeNull();
});

test('exit codes and signals are those of Claude Code', async () => {
  await using stage = await createStage();
  for (const code of [0, 1, 42, 255]) {
    expect((await stage.clauder([], `exit ${code}`)).code).toBe(code);
  }
  const shell = (signal: string) =>
    Bun.spawn(['sh', '-c', '"$@"; echo $?', 'sh', ...CLAUDER], {
      cwd: stage.sandbox.project,
      env: stage.environment(`kill -${signal} $$`),
      stdout: 'pipe',
      stderr: 'ignore',
    });
  for (const [signal, code] of [
    ['TERM', 143],
    ['INT', 130],
    ['KILL', 137],
    ['SEGV', 139],
  ]) {
    const { stdout } = shell(String(signal));
    expect((await new Response(stdout).text()).trim()).toBe(String(code));
  }
});

test('standard input, output and error are the same ones', async () => {
  await using stage = await createStage();
  const text = 'a\nb\0c'.repeat(20_000);
  const piped = await stage.clauder(['-p'], 'cat; echo problem >&2', { stdin: text });
  expect(piped.stdout).toBe(text);
  expect(piped.stderr).toBe('problem\n');
});

test.each(['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGINT'] as const)(
  '%s is handed on, and Claude Code decides',
  async (signal) => {
    await using stage = await createStage();
    const name = signal.slice(3);
    const act = `trap 'echo got ${name}; exit 9' ${name}; while :; do sleep 0.02; done`;
    const child = await stage.start([], act);
    await Bun.sleep(50);
    child.kill(signal);
    expect(await child.exited).toBe(9);
    expect(await new Response(child.stdout).text()).toBe(`got ${name}\n`);
    expect(runs(stage.claudePid())).toBe(false);
  },
);

test('no claude of the working directory is run', async () => {
  await using stage = await createStage();
  const { sandbox } = stage;
  chmodSync(sandbox.write('project/claude', '#!/bin/sh\necho planted\n'), 0o755);
  chmodSync(sandbox.write('project/sub/claude', '#!/bin/sh\necho planted\n'), 0o755);
  const paths = ['', '.', 'sub', './sub', sandbox.project, sandbox.bin, '/usr/bin', '/bin'];
  const found = await stage.clauder([], 'echo right', { env: { PATH: paths.join(':') } });
  expect(found.stdout).toBe('right\n');
  // A machine that has one for all its users can't show what happens without.
  const everybodys = ['/usr/local/bin', '/opt/homebrew/bin', '/usr/bin', '/bin'];
  if (everybodys.some((folder) => existsSync(join(folder, 'claude')))) return;
  const nowhere = paths.filter((path) => path !== sandbox.bin).join(':');
  const missing = await stage.clauder([], 'echo wrong', { env: { PATH: nowhere } });
  expect(missing.stdout).toBe('');
  expect(missing.stderr).toContain('npm install -g @anthropic-ai/claude-code');
  expect(missing.code).toBe(127);
});

test.skipIf(CLAUDER.length > 1)(
  'a link named claude to clauder itself is passed over',
  async () => {
    await using stage = await createStage();
    const folder = join(stage.sandbox.root, 'links');
    mkdirSync(folder);
    symlinkSync(CLAUDER[0] ?? '', join(folder, 'claude'));
    const env = { PATH: `${folder}:${stage.environment()['PATH']}` };
    expect((await stage.clauder([], 'echo right', { env })).stdout).toBe('right\n');
  },
);

test('a claude that starts clauder again ends with a message, not with the machine', async () => {
  await using stage = await createStage();
  const again = CLAUDER.map((part) => `'${part}'`).join(' ');
  const looped = await stage.clauder(['-p', 'hi'], `exec ${again} "$@"`);
  expect(looped.code).toBe(1);
  expect(looped.stderr).toContain('CC_ROUTE_CLAUDE');
});

test("the gateway's token is in no argument and in a file for this user alone", async () => {
  const config = JSON.stringify({ server: { authToken: 'gateway-token-1234' } });
  await using stage = await createStage({ config });
  const own = JSON.stringify({ env: { MINE: '1' }, model: 'opus' });
  const child = await stage.start(
    ['--settings', own, '-p', 'hi'],
    // Behind the plugin's folder and the flag.
    'cp "$4" "$STAGE/seen" && ls -l "$4" && sleep 0.3',
  );
  const processes = Bun.spawnSync(['ps', '-eo', 'args']).stdout.toString();
  expect(processes).not.toContain('gateway-token');
  expect(await child.exited).toBe(0);
  expect(await new Response(child.stdout).text()).toStartWith('-rw-------');
  const seen = await Bun.file(join(stage.sandbox.root, 'seen')).json();
  expect(seen).toMatchObject({ model: 'opus', env: { MINE: '1' } });
  expect(seen.env.ANTHROPIC_CUSTOM_HEADERS).toBe('x-cc-route-token: gateway-token-1234');
  expect(readdirSync(stage.stateDir).filter((name) => name.startsWith('session-'))).toEqual([]);
});

test('behind a proxy, Claude Code and the launcher go to the gateway directly', async () => {
  let proxied = 0;
  using proxy = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch() {
      proxied += 1;
      return new Response('proxied');
    },
  });
  await using stage = await createStage();
  const { code } = await stage.clauder(['-p', 'hi'], 'exit 3', {
    env: { HTTP_PROXY: String(proxy.url), NO_PROXY: 'internal.example' },
  });
  expect(code).toBe(3);
  expect(proxied).toBe(0);
  expect(stage.env().get('HTTP_PROXY')).toBe(String(proxy.url));
  expect(stage.env().get('NO_PROXY')).toBe('internal.example,127.0.0.1,localhost,::1');
});

test('state is for this user alone', async () => {
  await using stage = await createStage();
  const child = await stage.start([], 'sleep 0.3');
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect(mode(stage.stateDir)).toBe('700');
  const all = readdirSync(stage.stateDir, { recursive: true, encoding: 'utf8' });
  expect(all.length).toBeGreaterThan(5);
  for (const name of all) {
    const path = join(stage.stateDir, name);
    expect(`${name} ${mode(path)}`).toBe(`${name} ${statSync(path).isDirectory() ? 700 : 600}`);
  }
  await child.exited;
  expect(readdirSync(dirname(stage.stateDir))).toEqual(['cc-route']);
});

test('the gateway holds and reads nothing of the folder it was started from', async () => {
  await using stage = await createStage();
  await using other = await createStage();
  const config = other.sandbox.write('project/relative.json', '{ "server": { "port": 0 } }');
  const child = await stage.start([], 'sleep 0.5', {
    cwd: dirname(config),
    env: { CC_ROUTE_CONFIG: 'relative.json' },
  });
  const record = await until('the record', () => stage.record());
  expect(realpathSync(record.configFile ?? '')).toBe(realpathSync(config));
  if (process.platform === 'linux') {
    expect(realpathSync(`/proc/${record.pid}/cwd`)).toBe(realpathSync(stage.stateDir));
  }
  await child.exited;
});
