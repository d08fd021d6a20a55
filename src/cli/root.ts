import { defineCommand, runCommand, type CommandDef, type SubCommandsDef } from 'citty';
import { stripVTControlCharacters } from 'node:util';
import type { Environment } from '../config/paths.ts';
import { nearestNames } from '../lib/nearest.ts';
import { COMMIT, VERSION } from '../version.ts';
import { UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { helpText } from './help.ts';
import { EXIT, print, printError } from './output.ts';

const root = defineCommand({
  meta: {
    name: 'cc-route',
    version: VERSION,
    description: 'Manages the model-routing gateway for Claude Code.',
  },
  subCommands: COMMANDS,
});

/**
 * Runs a management command.
 *
 * @param env the environment as the user has it
 * @returns the exit code: 0, 1 failure, 2 wrong usage, 3 no gateway runs
 */
export async function runCli(args: readonly string[], env: Environment): Promise<number> {
  const [name, ...rest] = args;
  if (name === 'launch') {
    const { launchFromCli } = await import('./commands/launch.ts');
    return launchFromCli(rest, env);
  }
  if (name === '--version' || name === '-v') {
    print(`cc-route ${VERSION}${COMMIT === null ? '' : ` (${COMMIT})`}`);
    return EXIT.ok;
  }
  const found = await resolveCommand(args);
  if ('unknown' in found) return unknownCommand(found);
  const { chosen, path, rawArgs } = found;
  if (chosen.run === undefined || rawArgs.includes('--help') || rawArgs.includes('-h')) {
    const asked = rawArgs.length > 0 || args.length === 0;
    (asked ? print : printError)(await helpText(chosen, path));
    return asked ? EXIT.ok : EXIT.usage;
  }
  try {
    const { result } = await runCommand(chosen, { rawArgs: [...rawArgs] });
    return typeof result === 'number' ? result : Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if ((error as Error).name === 'ConfigError') {
      printError((error as Error).message);
      return EXIT.failure;
    }
    const isUsage = error instanceof UsageError || (error as Error).name === 'CLIError';
    if (!isUsage) throw error;
    const problem = stripVTControlCharacters((error as Error).message);
    printError(`${path}: ${problem}\nSee: ${path} --help`);
    return EXIT.usage;
  }
}

interface Found {
  readonly chosen: CommandDef;
  /** As typed, `cc-route config check`. */
  readonly path: string;
  readonly rawArgs: readonly string[];
}

interface Unknown {
  readonly unknown: string;
  readonly names: readonly string[];
  readonly path: string;
}

async function resolveCommand(args: readonly string[]): Promise<Found | Unknown> {
  let chosen: CommandDef = root;
  let path = 'cc-route';
  let rawArgs = args;
  for (;;) {
    const table: SubCommandsDef | undefined = await resolveValue(chosen.subCommands);
    const [word] = rawArgs;
    if (table === undefined || word === undefined || word === '--help' || word === '-h') {
      return { chosen, path, rawArgs };
    }
    const entry = Object.hasOwn(table, word) ? table[word] : undefined;
    if (entry === undefined) return { unknown: word, names: Object.keys(table), path };
    chosen = (await resolveValue(entry)) as CommandDef;
    path = `${path} ${word}`;
    rawArgs = rawArgs.slice(1);
  }
}

function resolveValue<Value>(value: Value | (() => Value)): Value {
  return typeof value === 'function' ? (value as () => Value)() : value;
}

function unknownCommand({ unknown, names, path }: Unknown): number {
  const what = unknown.startsWith('-') ? 'option' : 'command';
  const [nearest] = nearestNames(unknown, names, 1);
  const hint = nearest === undefined ? '' : ` Did you mean "${path} ${nearest}"?`;
  printError(`${path}: unknown ${what} ${JSON.stringify(unknown)}.${hint}\nSee: ${path} --help`);
  return EXIT.usage;
}
