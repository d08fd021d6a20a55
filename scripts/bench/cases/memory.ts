import type { Bench } from '../bench.ts';
import { gatewayTarget, startGateway, WIRES } from '../contenders.ts';
import type { FigureKind } from '../figures.ts';
import { residentMB } from '../proc.ts';

const CASE = 'resident memory of the gateway';
const CONNECTIONS = 64;

/** Time to settle before memory is looked at. */
const SETTLE_MS = 500;

/** The figure after so many requests, 0 for an idle gateway. */
export function memoryAfter(requests: number): FigureKind {
  const figure = requests === 0 ? 'idle' : `after ${requests.toLocaleString('en-US')} requests`;
  return { case: CASE, figure, unit: 'MB', compare: 'none' };
}

/** What stays in memory, in a gateway that has done nothing else. */
export async function memory(bench: Bench): Promise<void> {
  const [program] = bench.programs;
  const [first, second] = bench.effort.memoryRequests;
  for (const wire of WIRES) {
    await bench.guarded(CASE, wire, async () => {
      bench.say(`${CASE}: ${wire}`);
      const gateway = await startGateway(
        bench.place,
        bench.upstreamPort,
        program,
        `memory-${wire}`,
      );
      const target = gatewayTarget(gateway.port, wire, 'json', 'small');
      const run = async (requests: number): Promise<number> => {
        if (requests > 0) {
          await bench.load({ kind: 'loop', target, connections: CONNECTIONS, requests });
        }
        await Bun.sleep(SETTLE_MS);
        return residentMB(gateway.pid);
      };
      bench.record(memoryAfter(0), wire, await run(0));
      bench.record(memoryAfter(first), wire, await run(first));
      bench.record(memoryAfter(second), wire, await run(second - first));
      await gateway.stop();
    });
  }
}
