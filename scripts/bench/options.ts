import { parseArgs } from 'node:util';
import { CASE_NAMES, type CaseName } from './cases/names.ts';

/** How much is measured. */
export interface Effort {
  readonly rounds: number;
  /** How long the small requests of one turn last. */
  readonly turnMs: number;
  /** Requests of one turn on one connection. */
  readonly requests: number;
  /** Requests on one connection, or streams, before the first counted turn. */
  readonly warmUps: number;
  readonly bursts: number;
  readonly longStreams: number;
  readonly pacedRounds: number;
  readonly starts: number;
  readonly leaves: number;
  /** After how many requests memory is looked at. */
  readonly memoryRequests: readonly [number, number];
}

export interface BenchOptions {
  readonly effort: Effort;
  /** `null`: all. */
  readonly only: CaseName | null;
  readonly json: boolean;
  readonly source: boolean;
}

const FULL: Effort = {
  rounds: 5,
  turnMs: 1_000,
  requests: 60,
  warmUps: 200,
  bursts: 100,
  longStreams: 3,
  pacedRounds: 3,
  starts: 10,
  leaves: 5,
  memoryRequests: [10_000, 20_000],
};

const QUICK: Effort = {
  rounds: 2,
  turnMs: 250,
  requests: 15,
  warmUps: 50,
  bursts: 20,
  longStreams: 1,
  pacedRounds: 1,
  starts: 3,
  leaves: 1,
  memoryRequests: [2_000, 4_000],
};

const HELP = `bun run bench [options]

Measures the gateway on each wire format next to a direct connection, and to nginx and haproxy
where they are installed. Everything runs on loopback, against a mock upstream.

  --quick        about 30 s; the figures are rough
  --case NAME    one case only: ${CASE_NAMES.join(', ')}
  --rounds N     how often each contender takes its turn (default ${FULL.rounds})
  --long         memory after 10,000 and after 100,000 requests
  --source       the gateway from source, even where the executable is there
  --json         figures, goals and facts as JSON on stdout
  --help         this text
`;

/** @returns the text to print instead of measuring, where that was asked for or is needed. */
export function readOptions(args: readonly string[]): BenchOptions | { help: string; ok: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        case: { type: 'string' },
        rounds: { type: 'string' },
        long: { type: 'boolean', default: false },
        source: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { help: HELP, ok: true };
    const base = values.quick ? QUICK : FULL;
    return {
      effort: {
        ...base,
        rounds: values.rounds === undefined ? base.rounds : readRounds(values.rounds),
        memoryRequests: values.long ? [10_000, 100_000] : base.memoryRequests,
      },
      only: values.case === undefined ? null : readCase(values.case),
      json: values.json,
      source: values.source,
    };
  } catch (error) {
    return {
      help: `${error instanceof Error ? error.message : String(error)}\n\n${HELP}`,
      ok: false,
    };
  }
}

function readRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 100) return rounds;
  throw new Error(`--rounds takes a whole number from 1 to 100, not "${text}".`);
}

function readCase(name: string): CaseName {
  const found = CASE_NAMES.find((each) => each === name);
  if (found !== undefined) return found;
  throw new Error(`There is no case "${name}". There are: ${CASE_NAMES.join(', ')}.`);
}
