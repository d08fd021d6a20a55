import { expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_FILE, type GatewayRecord } from '../../src/core/control.ts';
import { VERSION } from '../../src/version.ts';
import { CLAUDER } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { createStage, runs, type Stage } from './stage.ts';

/** A gateway of an older version under a launcher of this one. */
setDefaultTimeout(30_000);

/** Makes the running gateway one of another version, as far as anybody can tell. */
async function pretend(stage: Stage, version: string): Promise<GatewayRecord> {
  const record = await until('the record', () => stage.record());
  const old = { ...record, version };
  writeFileSync(join(stage.stateDir, RECORD_FILE), JSON.stringify(old));
  return old;
}

const sleeping = 'while [ ! -e "$STAGE/stop" ]; do sleep 0.02; done';

test('one in the background that nobody uses is replaced, and stays as it was', async () => {
  await using stage = await createStage();
  const other = stage.sandbox.write('other.json', '{}');
  const env = { CC_ROUTE_CONFIG: other };
  await stage.clauder(['route', 'start'], undefined, { env });
  const old = await pretend(stage, '0.0.1');
  expect(await stage.clauder(['-p'])).toMatchObject({ code: 0, stderr: '' });
  expect(runs(old.pid)).toBe(false);
  expect(stage.record()).toMatchObject({
    version: VERSION,
    port: old.port,
    ephemeral: false,
    detached: true,
    configFile: other,
  });
});

test('one that its last session has just left is replaced', async () => {
  await using stage = await createStage();
  await stage.clauder(['-p']);
  const old = await pretend(stage, '0.0.1');
  expect((await stage.clauder(['-p'])).code).toBe(0);
  expect(runs(old.pid)).toBe(false);
  expect(stage.record()).toMatchObject({ version: VERSION, ephemeral: true });
});

test('one that a session uses is shared; a newer one is left alone too', async () => {
  await using stage = await createStage();
  const session = await stage.start([], sleeping);
  const old = await pretend(stage, '0.0.1');
  expect((await stage.clauder(['-p'])).code).toBe(0);
  expect(runs(old.pid)).toBe(true);
  stage.sandbox.write('stop', '');
  await session.exited;
  await pretend(stage, '999.0.0');
  expect((await stage.clauder(['-p'])).code).toBe(0);
  expect(runs(old.pid)).toBe(true);
});

test('one in a terminal or under a service manager is nobody’s to replace', async () => {
  await using stage = await createStage();
  const gateway = Bun.spawn([...CLAUDER, '--proxy-only'], {
    cwd: stage.sandbox.project,
    env: stage.environment(),
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const old = await pretend(stage, '0.0.1');
  expect((await stage.clauder(['-p'])).code).toBe(0);
  expect(gateway.exitCode).toBeNull();
  expect(JSON.parse(readFileSync(join(stage.stateDir, RECORD_FILE), 'utf8'))).toEqual(old);
  gateway.kill();
  await gateway.exited;
});

test('ten launchers at once replace it once', async () => {
  await using stage = await createStage();
  await stage.clauder(['route', 'start']);
  const old = await pretend(stage, '0.0.1');
  const sessions = Array.from({ length: 10 }, () => stage.clauder(['-p'], 'sleep 0.3; exit 7'));
  const codes = await Promise.all(sessions.map(async (session) => (await session).code));
  expect(codes).toEqual(Array.from({ length: 10 }, () => 7));
  expect(runs(old.pid)).toBe(false);
  const log = readFileSync(join(stage.stateDir, 'gateway.log'), 'utf8');
  expect(log.match(/listening on/gu)).toHaveLength(2);
});
