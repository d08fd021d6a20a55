import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders.ts';
import type { BodyName } from '../requests.ts';

const TURN_CASE = 'turn of 120 kB, streamed, 1 connection';
const LARGE_CASES = {
  kb200: 'JSON request of 200 kB, 1 connection',
  mb1: 'JSON request of 1 MB, 1 connection',
} as const;

/** Figures that goals refer to. */
export const TURN = {
  firstByte: { case: TURN_CASE, figure: 'first byte', unit: 'ms', compare: 'added' },
  total: { case: TURN_CASE, figure: 'whole answer', unit: 'ms', compare: 'added' },
} as const;

export const LARGE = {
  kb200: { case: LARGE_CASES.kb200, figure: 'whole answer', unit: 'ms', compare: 'added' },
  mb1: { case: LARGE_CASES.mb1, figure: 'whole answer', unit: 'ms', compare: 'added' },
} as const;

/** A turn as Claude Code sends it, answered by a stream of 200 events: one at once, the others 3 ms later. */
export async function turn(bench: Bench): Promise<void> {
  const run = (contender: Contender, requests: number) =>
    bench.load({
      kind: 'loop',
      target: contender.target('turn', 'turn'),
      connections: 1,
      requests,
    });
  await bench.rounds(
    TURN_CASE,
    bench.effort.rounds,
    bench.contenders,
    async (contender) => {
      const result = await run(contender, bench.effort.requests);
      bench.record(TURN.firstByte, contender.name, result.firstByteMs);
      bench.record(TURN.total, contender.name, result.totalMs);
    },
    (contender) => run(contender, bench.effort.warmUps),
  );
}

/** Large requests that are answered at once. */
export async function large(bench: Bench): Promise<void> {
  for (const body of ['kb200', 'mb1'] as const satisfies readonly BodyName[]) {
    const run = (contender: Contender, requests: number) =>
      bench.load({
        kind: 'loop',
        target: contender.target('json', body),
        connections: 1,
        requests,
      });
    await bench.rounds(
      LARGE_CASES[body],
      bench.effort.rounds,
      bench.contenders,
      async (contender) => {
        bench.record(
          LARGE[body],
          contender.name,
          (await run(contender, bench.effort.requests)).totalMs,
        );
      },
      (contender) => run(contender, bench.effort.warmUps),
    );
  }
}
