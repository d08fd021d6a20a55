import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { systemClock } from '../../src/lib/clock.ts';
import { usagePath } from '../../src/usage/database.ts';
import type { UsageReport } from '../../src/usage/report.ts';
import { UsageStore } from '../../src/usage/store.ts';
import { CLAUDER } from '../support/clauder.ts';
import { testRecord } from '../support/record.ts';
import { run } from '../support/run.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { testTarget } from '../support/target.ts';

let sandbox: Sandbox;
let stateDir: string;
beforeEach(() => {
  sandbox = createSandbox();
  stateDir = join(sandbox.root, 'state');
});
afterEach(() => sandbox[Symbol.dispose]());

const usage = (...args: string[]) =>
  run([...CLAUDER, 'route', 'usage', ...args], {
    cwd: sandbox.project,
    env: sandbox.environment({ CC_ROUTE_STATE_DIR: stateDir }),
  });

/** Two days of calls, written by a gateway that is gone. */
function fill(): void {
  const log = { warn: () => {}, error: () => {} };
  const path = usagePath(stateDir);
  const store = new UsageStore({ path, clock: systemClock, log, retentionDays: () => 90 });
  const target = testTarget({ model: 'big-model', baseURL: 'https://one.example/anthropic' });
  store.sink(testRecord({ target, costUsd: 1.25 }));
  store.sink(testRecord({ target, costUsd: 0.5, startedAt: Date.now() - 3 * 86_400_000 }));
  store.sink(testRecord({ target: testTarget({ model: 'small-model' }), costUsd: null }));
  store.close();
}

describe('cc-route usage without a running gateway', () => {
  test('reads the database', async () => {
    fill();
    const { code, stdout, stderr } = await usage();
    expect(code, stderr).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(lines.slice(0, 4)).toEqual([
      [
        'model',
        'provider',
        'requests',
        'failed',
        'input',
        'cache read',
        'cache write',
        'output',
        'cost',
      ],
      ['big-model', 'https://one.example/anthropic', '2', '0', '20', '60', '80', '40', '$1.75'],
      ['small-model', 'http://127.0.0.1:9/anthropic', '1', '0', '10', '30', '40', '20', '$0.00'],
      ['total', '3', '0', '30', '90', '120', '60', '$1.75'],
    ]);
    expect(stdout).toContain('1 request went to models without a known price');
  });

  test('prints JSON of a period, by day', async () => {
    fill();
    const { stdout } = await usage('--json', '--since', '1d', '--by', 'day');
    const { summary, details } = JSON.parse(stdout) as UsageReport;
    expect(summary).toMatchObject({ totalRequests: 2, totalCostUsd: 1.25 });
    expect(details.map(({ day }) => day)).toEqual([new Date().toLocaleDateString('sv')]);
  });

  test('says that nothing was used where there is no database', async () => {
    expect((await usage()).stdout).toBe('Nothing has been used in this time.\n');
    const { stdout } = await usage('--json');
    expect((JSON.parse(stdout) as UsageReport).summary.totalRequests).toBe(0);
  });

  test('says what is wrong with an option', async () => {
    const { code, stderr } = await usage('--since', 'yesterday');
    expect(code).toBe(2);
    expect(stderr).toContain('--since must be one of 7d, 24h');
    expect((await usage('--by', 'moon')).code).toBe(2);
  });

  test('says why it can not be read', async () => {
    await Bun.write(usagePath(stateDir), 'no database'.repeat(100));
    const { code, stderr } = await usage();
    expect(code).toBe(1);
    expect(stderr).toContain("usage.db can't be read: file is not a database");
  });
});

/** Runs a gateway with this state folder, and has it answer one call. */
async function withGateway(use: () => Promise<void>): Promise<void> {
  const child = Bun.spawn([...CLAUDER, '--proxy-only', '--port', '0'], {
    cwd: sandbox.project,
    env: sandbox.environment({ CC_ROUTE_STATE_DIR: stateDir }),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const reader = child.stdout.getReader();
    const first = new TextDecoder().decode((await reader.read()).value);
    const url = /http:\/\/\S+/u.exec(first)?.[0] ?? '';
    const body = { model: 'echo', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    await (await fetch(`${url}/v1/messages`, { ...init, body: JSON.stringify(body) })).text();
    await use();
  } finally {
    child.kill();
    await child.exited;
  }
}

test('cc-route usage asks the running gateway', async () => {
  fill();
  await withGateway(async () => {
    // The call is not a quarter of a second old: nobody but the gateway knows of it.
    const { stdout, stderr } = await usage('--json', '--by', 'route');
    expect(stderr).toBe('');
    const { details } = JSON.parse(stdout) as UsageReport;
    expect(details.map(({ route }) => String(route)).sort()).toEqual(['echo', 'test-model']);
  });
});

test('cc-route status tells why usage can not be written', async () => {
  mkdirSync(usagePath(stateDir), { recursive: true });
  await withGateway(async () => {
    const { code, stderr } = await usage();
    expect(code).toBe(1);
    expect(stderr).toContain("The usage database can't be read");
    const status = await run([...CLAUDER, 'route', 'status'], {
      cwd: sandbox.project,
      env: sandbox.environment({ CC_ROUTE_STATE_DIR: stateDir }),
    });
    expect(status.stdout).toContain(`usage can't be written to ${usagePath(stateDir)}`);
    expect(status.stdout).toContain('1 call kept in memory');
  });
});
