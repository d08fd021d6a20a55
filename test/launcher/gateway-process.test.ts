import { expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_FILE, type GatewayRecord } from '../../src/core/control.ts';
import { until } from '../support/deadline.ts';
import { createStage, runs, type Stage } from './stage.ts';

setDefaultTimeout(30_000);

/** A program of somebody else's that answers 200 to everything, and what it was told. */
function squat(port: number) {
  const heard: string[] = [];
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    async fetch(request) {
      const headers = JSON.stringify([...request.headers]);
      heard.push(`${request.method} ${request.url} ${headers} ${await request.text()}`);
      return Response.json({ status: 'ok', service: 'cc-route', proof: 'x'.repeat(64) });
    },
  });
  return { heard, [Symbol.dispose]: () => void server.stop(true) };
}

/** Leaves a record as a gateway would that no longer answers. */
function leaveRecord(stage: Stage, pid: number): GatewayRecord {
  const record: GatewayRecord = {
    pid,
    host: '127.0.0.1',
    port: stage.port,
    version: '0.0.1',
    startedAt: new Date(0).toISOString(),
    controlToken: 'stale-control-token-0123456789',
    clientToken: 'stale-client-token-0123456789',
    ephemeral: true,
    configFile: null,
  };
  mkdirSync(stage.stateDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(stage.stateDir, RECORD_FILE), JSON.stringify(record), { mode: 0o600 });
  return record;
}

const addressOf = (stage: Stage) => stage.env().get('ANTHROPIC_BASE_URL');
const sleeping = 'while [ ! -e "$STAGE/stop" ]; do sleep 0.02; done';

test('sessions share one gateway, which ends soon after the last', async () => {
  await using stage = await createStage();
  const first = await stage.start([], sleeping);
  const record = await until('the record', () => stage.record());
  const second = await stage.start([], sleeping);
  expect(stage.record()?.pid).toBe(record.pid);
  const status = await stage.clauder(['--proxy-status', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ running: true, leases: 2, pid: record.pid });
  stage.sandbox.write('stop', '');
  await Promise.all([first.exited, second.exited]);
  expect(runs(record.pid)).toBe(true);
  await stage.quiet();
  await until('the gateway to be gone', () => !runs(record.pid));
});

test('a lease ends with a launcher that is killed, and so does the client', async () => {
  await using stage = await createStage();
  const child = await stage.start([], sleeping);
  const { pid } = await until('the record', () => stage.record());
  child.kill('SIGKILL');
  await child.exited;
  await until('the client to be gone', () => !runs(stage.claudePid()));
  await stage.quiet();
  await until('the gateway to be gone', () => !runs(pid));
  stage.sandbox.write('stop', '');
});

test('what dead processes left is no obstacle', async () => {
  await using stage = await createStage();
  const dead = Bun.spawnSync(['sh', '-c', 'echo $$']).stdout.toString().trim();
  leaveRecord(stage, Number(dead));
  writeFileSync(join(stage.stateDir, 'start.lock'), dead);
  writeFileSync(join(stage.stateDir, `session-${dead}.json`), '{}');
  expect((await stage.clauder(['-p'], 'exit 5')).code).toBe(5);
});

test('a lock without an owner is waited for, then taken', async () => {
  await using stage = await createStage();
  mkdirSync(stage.stateDir, { recursive: true, mode: 0o700 });
  const lock = join(stage.stateDir, 'start.lock');
  writeFileSync(lock, '');
  const old = new Date(Date.now() - 60_000);
  utimesSync(lock, old, old);
  expect((await stage.clauder(['-p'], 'exit 5')).code).toBe(5);
});

test('a squatter with the pid and port of a record sees no credential', async () => {
  await using stage = await createStage();
  using squatter = squat(stage.port);
  const record = leaveRecord(stage, process.pid);
  const ended = await stage.clauder(['-p', 'secret prompt'], 'exit 0', {
    env: { ANTHROPIC_API_KEY: 'sk-ant-users-own-key' },
  });
  // The port was asked for by name: nothing is started elsewhere.
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(`port ${stage.port}`);
  expect(ended.stderr).toContain('CC_ROUTE_PORT');
  if (process.platform === 'linux') expect(ended.stderr).toContain(`(pid ${process.pid})`);
  expect(squatter.heard.length).toBeGreaterThan(0);
  for (const secret of [
    record.controlToken,
    String(record.clientToken),
    'sk-ant',
    'secret prompt',
  ]) {
    expect(squatter.heard.join('\n')).not.toContain(secret);
  }
});

test('where nobody asked for the port, the gateway moves to another and says so', async () => {
  await using stage = await createStage({ defaultPort: true });
  const isTaken = await fetch('http://127.0.0.1:3456/').then(
    () => true,
    () => false,
  );
  using squatter = isTaken ? { heard: [], [Symbol.dispose]: () => undefined } : squat(3456);
  const ended = await stage.clauder(['-p'], 'exit 0');
  expect(ended.code).toBe(0);
  const port = /:(\d+)$/u.exec(addressOf(stage) ?? '')?.[1];
  expect(port).not.toBe('3456');
  expect(ended.stderr).toMatch(
    /^clauder: port 3456 belongs to .+; the gateway listens on \d+ instead\.\n$/u,
  );
  expect(ended.stderr).toContain(` ${port} `);
  expect(squatter.heard).toEqual([]);
});

test('a port from the configuration that is taken is an error that says so', async () => {
  const probe = await createStage();
  const { port } = probe;
  await probe[Symbol.asyncDispose]();
  using squatter = squat(port);
  const config = JSON.stringify({ server: { port } });
  await using stage = await createStage({ config, defaultPort: true });
  const ended = await stage.clauder(['-p']);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(`port ${port}`);
  expect(ended.stderr).toContain('server.port');
  expect(squatter.heard).toEqual([]);
});

test('a broken configuration is told with its place, without a stack trace', async () => {
  await using stage = await createStage({ config: '{\n  "server": { "prot": 1 }\n}\n' });
  const ended = await stage.clauder(['-p']);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toContain('settings.cc-route.json:2:');
  expect(ended.stderr).toContain('prot');
  expect(ended.stderr).toContain('gateway.log');
  expect(ended.stderr).not.toMatch(/^\s+at /mu);
});

test('a gateway that dies under a session comes back with the same address and token', async () => {
  await using stage = await createStage({ config: '{ "server": { "authToken": "auto" } }' });
  const child = await stage.start([], sleeping);
  const before = await until('the record', () => stage.record());
  process.kill(before.pid, 'SIGKILL');
  const after = await until('another gateway', () => {
    const record = stage.record();
    return record !== null && record.pid !== before.pid && record;
  });
  expect(after).toMatchObject({ port: before.port, clientToken: before.clientToken });
  await until('the session to be attached', async () => {
    const { stdout } = await stage.clauder(['--proxy-status', '--json']);
    return JSON.parse(stdout).leases === 1;
  });
  stage.sandbox.write('stop', '');
  expect(await child.exited).toBe(0);
  await stage.quiet();
});

test('a gateway that was stopped on purpose stays stopped; sessions join the next one', async () => {
  await using stage = await createStage();
  const child = await stage.start([], sleeping);
  const stopped = await stage.clauder(['--proxy-stop']);
  expect(stopped).toMatchObject({ code: 0, stdout: 'stopped; 1 session was attached\n' });
  await Bun.sleep(700);
  expect(stage.record()).toBeNull();
  expect((await stage.clauder(['--proxy-status'])).code).toBe(3);
  expect((await stage.clauder(['--proxy-stop'])).code).toBe(3);
  await stage.clauder(['-p'], 'exit 0');
  await until('the session to be attached', async () => {
    const { stdout } = await stage.clauder(['--proxy-status', '--json']);
    return JSON.parse(stdout).leases === 1;
  });
  stage.sandbox.write('stop', '');
  expect(await child.exited).toBe(0);
});

test('a gateway with another configuration than asked for is used, and named', async () => {
  await using stage = await createStage();
  const other = stage.sandbox.write('other.json', '{}');
  await stage.clauder(['-p']);
  const ended = await stage.clauder(['-p'], 'exit 0', { env: { CC_ROUTE_CONFIG: other } });
  expect(ended.code).toBe(0);
  expect(ended.stderr).toContain('no configuration, not ');
  expect(ended.stderr).toContain('--proxy-stop');
});

test('a session in the background keeps the gateway, which says so', async () => {
  await using stage = await createStage();
  const ended = await stage.clauder(['--bg', 'work']);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr).toContain('Stop it: clauder --proxy-stop');
  expect(stage.record()).toMatchObject({ ephemeral: false });
  await stage.clauder(['-p']);
  await Bun.sleep(2_500);
  const status = await stage.clauder(['--proxy-status', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ running: true, ephemeral: false, leases: 0 });
  expect((await stage.clauder(['--background', 'more'])).stderr).toBe('');
});
