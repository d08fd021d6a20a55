import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders.ts';
import { cpuMicros, residentMB } from '../proc.ts';
import { PACE_MS } from '../scenarios.ts';

const STREAMS = 200;
const WARM_UP_STREAMS = 20;
const MANY_CASE = `${STREAMS} streams at once, ${PACE_MS} ms between events`;
const SLOT_STREAMS = 600;
const SLOTS_CASE = `${SLOT_STREAMS} streams at once`;

/** How often memory is looked at while the streams run. */
const SAMPLE_MS = 100;

/** Figures that goals refer to. */
export const MANY = {
  rate: {
    case: MANY_CASE,
    figure: `events per second of ${possible()}`,
    unit: '/s',
    compare: 'ratio',
  },
  delay: { case: MANY_CASE, figure: 'delay of an event, median', unit: 'ms', compare: 'added' },
  delayP99: { case: MANY_CASE, figure: 'delay of an event, p99', unit: 'ms', compare: 'added' },
  cpu: { case: MANY_CASE, figure: 'CPU per event', unit: 'µs', compare: 'ratio' },
  memory: { case: MANY_CASE, figure: 'resident memory, peak', unit: 'MB', compare: 'none' },
} as const;

export const SLOTS = {
  waiting: {
    case: SLOTS_CASE,
    figure: 'wait longer than 1 s for the first event',
    unit: '',
    compare: 'none',
  },
  firstByte: { case: SLOTS_CASE, figure: 'first byte, median', unit: 'ms', compare: 'added' },
} as const;

function possible(): string {
  return ((STREAMS * 1000) / PACE_MS).toLocaleString('en-US');
}

/** Whether events of many streams arrive, and when. */
export async function many(bench: Bench): Promise<void> {
  const run = (contender: Contender, scenario: 'paced' | 'burst', count: number) =>
    bench.load({ kind: 'streams', target: contender.target(scenario, 'small-stream'), count });
  await bench.rounds(
    MANY_CASE,
    bench.effort.pacedRounds,
    bench.contenders,
    async (contender) => {
      const { name, pid } = contender;
      const before = pid === null ? Number.NaN : cpuMicros(pid);
      let peak = pid === null ? Number.NaN : 0;
      const sampler = setInterval(() => {
        if (pid !== null) peak = Math.max(peak, residentMB(pid));
      }, SAMPLE_MS);
      try {
        const result = await run(contender, 'paced', STREAMS);
        const cpu = pid === null ? Number.NaN : cpuMicros(pid) - before;
        bench.record(MANY.rate, name, (result.events / result.streamingMs) * 1000);
        bench.record(MANY.delay, name, result.delayMs);
        bench.record(MANY.delayP99, name, result.delayP99Ms);
        bench.record(MANY.cpu, name, cpu / result.events);
        bench.record(MANY.memory, name, peak);
      } finally {
        clearInterval(sampler);
      }
    },
    (contender) => run(contender, 'burst', WARM_UP_STREAMS),
  );
}

/** Whether a stream has to wait for others to end. */
export async function slots(bench: Bench): Promise<void> {
  const contenders = bench.contenders.filter(({ kind }) => kind !== 'proxy');
  await bench.rounds(SLOTS_CASE, 1, contenders, async (contender) => {
    const target = contender.target('hold', 'small-stream');
    const result = await bench.load({ kind: 'streams', target, count: SLOT_STREAMS });
    bench.record(SLOTS.waiting, contender.name, result.waitedOverOneSecond);
    bench.record(SLOTS.firstByte, contender.name, result.firstByteMs);
  });
}
