import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders.ts';

const BURST_CASE = 'stream of 200 events in a burst, 1 connection';
const LONG_CASE = 'stream of 20,000 events, 1 connection';
const BULK_CASE = 'the same, written in blocks by the upstream';

const WARM_UP_STREAMS = 2;

/** Figures that goals refer to. */
export const EVENTS = {
  burst: { case: BURST_CASE, figure: 'events per second', unit: '/s', compare: 'ratio' },
  firstByte: { case: BURST_CASE, figure: 'first byte', unit: 'ms', compare: 'added' },
  long: { case: LONG_CASE, figure: 'events per second', unit: '/s', compare: 'ratio' },
  bulk: { case: BULK_CASE, figure: 'events per second', unit: '/s', compare: 'ratio' },
} as const;

/** How many events of one stream pass. */
export async function events(bench: Bench): Promise<void> {
  const run = (contender: Contender, scenario: 'burst' | 'long' | 'bulk', requests: number) =>
    bench.load({
      kind: 'loop',
      target: contender.target(scenario, 'small-stream'),
      connections: 1,
      requests,
    });
  await bench.rounds(
    BURST_CASE,
    bench.effort.rounds,
    bench.contenders,
    async (contender) => {
      const result = await run(contender, 'burst', bench.effort.bursts);
      bench.record(EVENTS.burst, contender.name, (result.events / result.elapsedMs) * 1000);
      bench.record(EVENTS.firstByte, contender.name, result.firstByteMs);
    },
    (contender) => run(contender, 'burst', bench.effort.warmUps),
  );
  for (const scenario of ['long', 'bulk'] as const) {
    await bench.rounds(
      EVENTS[scenario].case,
      bench.effort.rounds,
      bench.contenders,
      async (contender) => {
        const result = await run(contender, scenario, bench.effort.longStreams);
        const perSecond = (result.events / result.elapsedMs) * 1000;
        bench.record(EVENTS[scenario], contender.name, perSecond);
      },
      (contender) => run(contender, scenario, WARM_UP_STREAMS),
    );
  }
}
