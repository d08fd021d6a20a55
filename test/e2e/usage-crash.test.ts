import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { expect, test } from 'bun:test';
import type { UsageReport } from '../../src/usage/report.ts';
import { createStage } from '../launcher/stage.ts';
import { until } from '../support/deadline.ts';

const KILLS = 50;
const CLIENTS = 8;

/** A session's requests are to be answered again within this time, in milliseconds. */
const BACK_WITHIN_MS = 2_000;

const REQUEST = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-claude-code-session-id': 'crash' },
  body: JSON.stringify({
    model: 'echo',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'hi' }],
  }),
};

/**
 * What a report has told is on the disk: whoever has seen a number never sees a smaller one. A row
 * that no report has told may be less than a quarter of a second old, and go with the process.
 */
test(`kill -9 of the gateway ${KILLS} times under load: no acknowledged row is lost`, async () => {
  await using stage = await createStage();
  const session = await stage.start([], 'exec sleep 300');
  const url = `http://127.0.0.1:${stage.port}`;
  let answered = 0;
  const load = new AbortController();
  const client = async (): Promise<void> => {
    while (!load.signal.aborted) {
      try {
        const response = await fetch(`${url}/v1/messages`, REQUEST);
        if (response.ok && (await response.text()).includes('echo: hi')) answered += 1;
      } catch {
        await Bun.sleep(5);
      }
    }
  };
  const requests = async (): Promise<number> => {
    const response = await fetch(`${url}/v1/admin/usage?by=session`);
    return ((await response.json()) as UsageReport).summary.totalRequests;
  };
  const clients = Array.from({ length: CLIENTS }, client);
  let acknowledged = 0;
  const waits: number[] = [];
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const before = answered;
      await until('some load', () => answered > before + 50);
      acknowledged = await requests();
      const pid = stage.record()?.pid ?? 0;
      process.kill(pid, 'SIGKILL');
      const killedAt = performance.now();
      const seen = answered;
      await until('the next answer', () => answered > seen + CLIENTS);
      waits.push(performance.now() - killedAt);
      expect(stage.record()?.pid).not.toBe(pid);
      expect(await requests()).toBeGreaterThanOrEqual(acknowledged);
    }
  } finally {
    load.abort();
    await Promise.all(clients);
    session.kill();
    await session.exited;
    await stage.quiet();
  }
  const database = new Database(join(stage.stateDir, 'usage.db'), { readonly: true });
  // The last gateway may still be closing it.
  database.run('PRAGMA busy_timeout = 5000');
  expect(database.query('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  const { rows, ids } = database
    .query('SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM requests')
    .get() as { rows: number; ids: number };
  database.close();
  expect(rows).toBeGreaterThanOrEqual(acknowledged);
  expect(rows).toBeLessThanOrEqual(answered + KILLS * CLIENTS);
  expect(ids).toBe(rows);
  const slowest = Math.max(...waits);
  console.log(`answered ${answered}, kept ${rows}; back after ${Math.round(slowest)} ms at most`);
  expect(slowest).toBeLessThan(BACK_WITHIN_MS);
}, 180_000);
