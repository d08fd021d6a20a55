import { expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/deadline.ts';
import { createStage, runs } from './stage.ts';

/** How many start at once, and how often; more of both with these variables. */
const LAUNCHERS = Number(process.env['CC_ROUTE_TEST_LAUNCHERS'] ?? 10);
const ROUNDS = Number(process.env['CC_ROUTE_TEST_ROUNDS'] ?? 2);

setDefaultTimeout(ROUNDS * (10_000 + LAUNCHERS * 1_000));

test(`${LAUNCHERS} launchers at once, ${ROUNDS} times: one gateway, and none that stays`, async () => {
  await using stage = await createStage();
  const log = join(stage.stateDir, 'gateway.log');
  for (let round = 1; round <= ROUNDS; round++) {
    const sessions = Array.from({ length: LAUNCHERS }, () =>
      stage.clauder(['-p'], 'sleep 0.5; exit 7', { timeoutMs: 60_000 }),
    );
    const ended = await Promise.all(sessions);
    expect(ended.map(({ code, stderr }) => `${code} ${stderr}`)).toEqual(
      Array.from({ length: LAUNCHERS }, () => '7 '),
    );
    const pids = [...readFileSync(log, 'utf8').matchAll(/listening on .* pid (\d+)$/gmu)].map(
      ([, pid]) => Number(pid),
    );
    expect(pids).toHaveLength(round);
    await until('no gateway to be left', () => pids.every((pid) => !runs(pid)), 5_000);
    expect(stage.record()).toBeNull();
  }
  const left = readdirSync(stage.stateDir).map((name) => name.replace(/-[0-9a-f]{16}$/u, ''));
  expect(left.sort()).toEqual(['client-version.json', 'gateway.log', 'plugin']);
});
