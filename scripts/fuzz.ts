/** `scripts/fuzz`: mutated replies and requests through both wire formats. */
import { parseArgs } from 'node:util';
import { fuzz, runCase, type CaseKind } from '../test/fuzz/run.ts';

const HELP = `Usage: scripts/fuzz [--seed N] [--bytes N] [--requests N]
       scripts/fuzz --case stream:N | request:N

Sends mutated replies through the stream decoders and mutated bodies through the encoders of both
wire formats. Nothing may crash, be malformed, grow without bound or leave a rejection unhandled.

  --seed N      where to start; the same seed gives the same cases (1)
  --bytes N     how many mutated stream bytes (1000000)
  --requests N  how many mutated request bodies (100000)
  --case KIND:N runs the one case that an earlier run failed with

Example: scripts/fuzz --seed 7 --bytes 100000 --requests 5000
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: {
      seed: { type: 'string', default: '1' },
      bytes: { type: 'string', default: '1000000' },
      requests: { type: 'string', default: '100000' },
      case: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.case !== undefined) return one(values.case);
  const seed = Number(values.seed);
  const bytes = Number(values.bytes);
  const requests = Number(values.requests);
  if (![seed, bytes, requests].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    process.stderr.write(`fuzz: --seed, --bytes and --requests take whole numbers\n\n${HELP}`);
    return 2;
  }
  let rejections = 0;
  process.on('unhandledRejection', (reason) => {
    rejections += 1;
    process.stderr.write(`\nan unhandled rejection: ${String(reason)}\n`);
  });
  const started = performance.now();
  const isTerminal = process.stderr.isTTY;
  const result = await fuzz({
    seed,
    bytes,
    requests,
    onProgress: (done) => {
      if (isTerminal) process.stderr.write(`\r${done} …\u001B[K`);
    },
  });
  if (isTerminal) process.stderr.write('\r\u001B[K');
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(
    `seed ${seed}: ${result.bytes} bytes in ${result.streams} mutated streams, ` +
      `${result.requests} mutated requests, ${result.failures.length} failures, ` +
      `${rejections} unhandled rejections, ${seconds} s\n`,
  );
  for (const { kind, seed: caseSeed, error } of result.failures) {
    process.stdout.write(`\nscripts/fuzz --case ${kind}:${caseSeed}\n${describe(error)}\n`);
  }
  return result.failures.length + rejections === 0 ? 0 : 1;
}

function one(name: string): number {
  const [kind, seed] = name.split(':');
  if ((kind !== 'stream' && kind !== 'request') || !Number.isSafeInteger(Number(seed))) {
    process.stderr.write(`fuzz: --case takes stream:N or request:N, not "${name}"\n`);
    return 2;
  }
  try {
    runCase(kind satisfies CaseKind, Number(seed));
    process.stdout.write(`${name} passes\n`);
    return 0;
  } catch (error) {
    process.stdout.write(`${name}: ${describe(error)}\n`);
    return 1;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
