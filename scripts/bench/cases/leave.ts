import type { Bench } from '../bench.ts';
import type { FigureKind } from '../figures.ts';
import type { Scenario } from '../scenarios.ts';

const CASE = 'client leaves, until the upstream is closed';

/** How long the upstream's end is waited for. */
const LIMIT_MS = 3_000;

/** Ways to leave: what the upstream does, after how many events, and after how long then. */
const MOMENTS = [
  { figure: 'before headers', scenario: 'mute', afterEvents: 0, afterMs: 100 },
  { figure: 'in a silent stream', scenario: 'silent', afterEvents: 3, afterMs: 50 },
  { figure: 'in a flowing stream', scenario: 'flowing', afterEvents: 10, afterMs: 0 },
] as const satisfies readonly {
  figure: string;
  scenario: Scenario;
  afterEvents: number;
  afterMs: number;
}[];

/** Figures that goals refer to. */
export const LEAVE: readonly FigureKind[] = MOMENTS.map(({ figure }) => leaveKind(figure));

function leaveKind(figure: string): FigureKind {
  return { case: CASE, figure, unit: 'ms', compare: 'none' };
}

/** How long the upstream works on for nobody. */
export async function leave(bench: Bench): Promise<void> {
  await bench.rounds(CASE, bench.effort.leaves, bench.contenders, async (contender) => {
    for (const { figure, scenario, afterEvents, afterMs } of MOMENTS) {
      const target = contender.target(scenario, 'small-stream');
      await bench.upstream('abandoned');
      const { leftAt } = await bench.leave({ kind: 'leave', target, afterEvents, afterMs });
      const closedAt = await closed(bench, figure);
      bench.record(leaveKind(figure), contender.name, (closedAt - leftAt) / 1000);
    }
  });
}

async function closed(bench: Bench, figure: string): Promise<number> {
  const giveUpAt = performance.now() + LIMIT_MS;
  while (performance.now() < giveUpAt) {
    const [time] = await bench.upstream('abandoned');
    if (time !== undefined) return time;
    await Bun.sleep(5);
  }
  throw new Error(`${figure}: the upstream was still open after ${LIMIT_MS} ms`);
}
