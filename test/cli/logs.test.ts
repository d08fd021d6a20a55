import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { followLog, readLog } from '../../src/cli/log-reader.ts';
import { CLAUDER } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { run } from '../support/run.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { createStage } from '../launcher/stage.ts';

let sandbox: Sandbox;
let path: string;
beforeEach(() => {
  sandbox = createSandbox();
  mkdirSync(join(sandbox.root, 'state'));
  path = join(sandbox.root, 'state/gateway.log');
});
afterEach(() => sandbox[Symbol.dispose]());

const logs = (...args: string[]) =>
  run([...CLAUDER, 'route', 'logs', ...args], {
    cwd: sandbox.project,
    env: sandbox.environment({ CC_ROUTE_STATE_DIR: join(sandbox.root, 'state') }),
  });

const TEXT =
  '2026-01-01T00:00:01.000Z info   req_one  messages  mm25 → minimax/M2  200  complete\n';
const WARN =
  '2026-01-01T00:00:02.000Z warn   req_two  messages  d4f → deepseek/v4  429  rate_limited\n';
const JSON_LINE = `{"time":"2026-01-01T00:00:03.000Z","level":"info","message":"request","id":"req_three","model":"mm25"}\n`;

describe('cc-route logs', () => {
  test('shows the last lines, those of the older part too', async () => {
    writeFileSync(`${path}.1`, TEXT + WARN);
    writeFileSync(path, JSON_LINE);
    expect((await logs()).stdout).toBe(TEXT + WARN + JSON_LINE);
    expect((await logs('-n', '2')).stdout).toBe(WARN + JSON_LINE);
    expect((await logs('--lines=0')).stdout).toBe('');
    expect((await logs('--model', 'mm25')).stdout).toBe(TEXT + JSON_LINE);
    expect((await logs('--level', 'warn')).stdout).toBe(WARN);
    expect((await logs('--id', 'req_three')).stdout).toBe(JSON_LINE);
    const objects = (await logs('--json')).stdout.trimEnd().split('\n');
    expect(objects.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual([
      'info',
      'warn',
      'info',
    ]);
  });

  test('says that there is no log, and what is wrong with an option', async () => {
    const none = await logs();
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('There is no log yet')]);
    expect((await logs('--level', 'loud')).code).toBe(2);
    expect((await logs('--lines', 'x')).code).toBe(2);
    expect((await logs('-x')).stderr).toContain('unknown option "-x"');
  });
});

test('a followed log: whole lines, over emptying and renaming', async () => {
  const abort = new AbortController();
  const seen: string[] = [];
  writeFileSync(path, 'old\nhalf');
  const { lines, end } = readLog(path);
  expect(lines).toEqual(['old']);
  const following = (async () => {
    for await (const line of followLog(path, end, abort.signal)) seen.push(line);
  })();
  const sees = (line: string) => until(line, () => seen.at(-1) === line);
  appendFileSync(path, ' done\n');
  await sees('half done');
  const bytes = Buffer.from('größer\n');
  appendFileSync(path, bytes.subarray(0, 3));
  appendFileSync(path, bytes.subarray(3));
  await sees('größer');
  truncateSync(path, 0);
  appendFileSync(path, 'new\n');
  await sees('new');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'newer\n');
  await sees('newer');
  expect(seen).toEqual(['half done', 'größer', 'new', 'newer']);
  abort.abort();
  await following;
});

test('a background gateway logs to the state folder, and keeps its log small', async () => {
  await using stage = await createStage();
  const started = await stage.clauder(['route', 'start'], '', {
    env: { CC_ROUTE_LOG_FORMAT: 'json' },
  });
  expect(started.code, started.stderr).toBe(0);
  const url = `http://127.0.0.1:${stage.record()?.port}`;
  await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"model":"echo","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}',
  });
  const file = join(stage.stateDir, 'gateway.log');
  await until('the line', () => readFileSync(file, 'utf8').includes('"model":"echo"'));
  // As if it had been running for long.
  appendFileSync(file, `${'x'.repeat(999)}\n`.repeat(8_400));
  await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"model":"nobody","max_tokens":9,"messages":[]}',
  });
  await until('the older part', () => readFileSync(file).length < 8_000_000);
  const shown = await stage.clauder(['route', 'logs', '--model', 'nobody']);
  expect(JSON.parse(shown.stdout)).toMatchObject({ status: 404, result: 'unknown_model' });
  await stage.clauder(['route', 'stop']);
});
