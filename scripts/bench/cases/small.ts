import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders.ts';
import { cpuMicros } from '../proc.ts';

const CASE = 'small JSON, 64 connections';
const CONNECTIONS = 64;

/** Figures that goals refer to. */
export const SMALL = {
  rate: { case: CASE, figure: 'requests per second', unit: '/s', compare: 'ratio' },
  cpu: { case: CASE, figure: 'CPU per request', unit: 'µs', compare: 'ratio' },
  p99: { case: CASE, figure: 'p99', unit: 'ms', compare: 'added' },
} as const;

/** How many small requests pass, and what each costs the contender's process. */
export async function small(bench: Bench): Promise<void> {
  const { turnMs, rounds } = bench.effort;
  const run = (contender: Contender, durationMs: number) =>
    bench.load({
      kind: 'loop',
      target: contender.target('json', 'small'),
      connections: CONNECTIONS,
      durationMs,
    });
  await bench.rounds(
    CASE,
    rounds,
    bench.contenders,
    async (contender) => {
      const { name, pid } = contender;
      const before = pid === null ? Number.NaN : cpuMicros(pid);
      const result = await run(contender, turnMs);
      const cpu = pid === null ? Number.NaN : cpuMicros(pid) - before;
      bench.record(SMALL.rate, name, (result.completed / result.elapsedMs) * 1000);
      bench.record(SMALL.p99, name, result.totalP99Ms);
      bench.record(SMALL.cpu, name, cpu / result.completed);
    },
    (contender) => run(contender, turnMs),
  );
}
