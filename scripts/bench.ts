/** `bun run bench`: what the gateway costs, next to no gateway and to plain reverse proxies. */
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { Bench } from './bench/bench.ts';
import { CASES } from './bench/cases/index.ts';
import { CASE_NAMES } from './bench/cases/names.ts';
import { gatewayPrograms, startContenders, type GatewayProgram } from './bench/contenders.ts';
import { Figures } from './bench/figures.ts';
import { goals } from './bench/goals.ts';
import { readOptions, type BenchOptions } from './bench/options.ts';
import { asJSON, asText, type Facts } from './bench/report.ts';
import { Workplace } from './bench/workplace.ts';

const options = readOptions(process.argv.slice(2));
if ('help' in options) {
  (options.ok ? process.stdout : process.stderr).write(options.help);
  process.exitCode = options.ok ? 0 : 2;
} else {
  process.exitCode = await measure(options);
}

/** @returns 0, whatever the figures are; 1 where an answer was wrong or something did not work. */
async function measure({ effort, only, json, source }: BenchOptions): Promise<number> {
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const place = new Workplace();
  try {
    const programs = gatewayPrograms().filter(({ kind }) => !source || kind === 'source');
    const [program = missing()] = programs;
    say(`gateway: ${program.label}`);
    const upstream = place.peer(new URL('bench/upstream.ts', import.meta.url), 'mock upstream');
    const load = place.peer(new URL('bench/load.ts', import.meta.url), 'load generator');
    const upstreamPort = await upstream.ask<number>('port');
    const figures = new Figures();
    let versions: Facts = {};
    for (const name of only === null ? CASE_NAMES : [only]) {
      // Fresh processes, so that a case finds the same with and without those before it.
      const contenders = await startContenders(place, upstreamPort, program);
      versions = Object.fromEntries(contenders.map((each) => [each.name, each.version]));
      const bench = new Bench({
        place,
        load,
        upstream,
        upstreamPort,
        contenders,
        programs: [program, ...programs.slice(1)],
        effort,
        figures,
        say,
      });
      await CASES[name](bench);
      await Promise.all(contenders.map((contender) => contender.stop()));
    }
    const facts = { ...machine(), ...versions };
    const results = { figures, goals: goals(figures, effort), facts };
    process.stdout.write(json ? asJSON(results) : asText(results));
    return figures.failures.length === 0 ? 0 : 1;
  } catch (error) {
    say(`bench: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    place.clear();
  }
}

function missing(): GatewayProgram {
  throw new Error('there is no gateway to be started');
}

function machine(): Facts {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  return {
    machine: `${availableParallelism()} cores, ${processor}, ${platform()} ${arch()}`,
    harness: `Bun ${Bun.version}`,
  };
}
