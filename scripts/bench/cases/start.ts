import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RUNTIME_SETTINGS } from '../../../src/launcher/executable.ts';
import type { Bench } from '../bench.ts';
import { startGateway, type GatewayProgram } from '../contenders.ts';

const CASE = 'start';

/** What the launcher runs in place of Claude Code. */
const STUB = '#!/bin/sh\nexit 0\n';

/** Figures that goals refer to; the contenders are the programs. */
export const START = {
  byHand: { case: CASE, figure: 'until it listens, started by hand', unit: 'ms', compare: 'none' },
  byLauncher: {
    case: CASE,
    figure: 'until it listens, started by the launcher',
    unit: 'ms',
    compare: 'none',
  },
  launcher: { case: CASE, figure: 'added by the launcher', unit: 'ms', compare: 'none' },
} as const;

/** How long a user waits for the gateway, and for the launcher in front of a running one. */
export async function start(bench: Bench): Promise<void> {
  for (const program of bench.programs) {
    await bench.guarded(CASE, program.kind, async () => {
      for (let turn = 0; turn < bench.effort.starts; turn += 1) {
        bench.say(`${CASE}: ${program.kind}, ${turn + 1} of ${bench.effort.starts}`);
        bench.record(START.byHand, program.kind, await readyMs(bench, program, {}));
        const given = await readyMs(bench, program, RUNTIME_SETTINGS);
        bench.record(START.byLauncher, program.kind, given);
      }
    });
    await bench.guarded(CASE, program.kind, () => launcher(bench, program));
  }
}

async function readyMs(
  { place, upstreamPort }: Bench,
  program: GatewayProgram,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const gateway = await startGateway(place, upstreamPort, program, `start-${program.kind}`, env);
  await gateway.stop();
  return gateway.readyMs;
}

/** Runs a `claude` that ends at once, by itself and behind the launcher. */
async function launcher(bench: Bench, program: GatewayProgram): Promise<void> {
  const folder = join(bench.place.folder, 'bin');
  mkdirSync(folder, { recursive: true });
  const stub = bench.place.write('bin/claude', STUB);
  chmodSync(stub, 0o755);
  const gateway = await startGateway(
    bench.place,
    bench.upstreamPort,
    program,
    `launcher-${program.kind}`,
  );
  const env = {
    ...gateway.env,
    PATH: `${folder}:${gateway.env['PATH']}`,
    CC_ROUTE_PORT: String(gateway.port),
  };
  for (let turn = 0; turn < bench.effort.starts; turn += 1) {
    const alone = await timed([stub], bench.place.folder, env);
    const behind = await timed([...program.command, '-p', 'hi'], bench.place.folder, env);
    bench.record(START.launcher, program.kind, behind - alone);
  }
  await gateway.stop();
}

/** @throws Error with what the command printed where it fails. */
async function timed(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const startedAt = performance.now();
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 10_000,
  });
  const exitCode = await child.exited;
  const elapsed = performance.now() - startedAt;
  if (exitCode === 0) return elapsed;
  const said = await new Response(child.stderr).text();
  throw new Error(`the launcher ended with ${exitCode}: ${said.slice(0, 300)}`);
}
