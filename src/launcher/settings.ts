import type { Variables } from './environment.ts';
import { findOptions, replaceValue, type FoundOption } from './options.ts';
import { isObject, parseObject, type Json } from './user-settings.ts';

/**
 * First words that Claude Code reads as a command rather than a prompt. Several of them count only
 * as the very first argument, and `remote-control` refuses a `--settings` before it; they get the
 * environment alone.
 */
const COMMANDS: ReadonlySet<string> = new Set(
  (
    'agents attach auth auto-mode bridge config daemon doctor environment-runner gateway import ' +
    'install logs mcp migrate-installer kill plugin plugins project ps purge rc remote ' +
    'remote-control respawn rm self-hosted-runner setup-token stop sync ultrareview update upgrade'
  ).split(' '),
);

/** As above, though they look like options. */
const COMMAND_OPTIONS: ReadonlySet<string> = new Set(['--update', '--upgrade', '--preload']);

/** A `--settings` among the arguments. */
interface OwnSettings {
  readonly option: FoundOption;
  readonly value: Json;
  readonly isFile: boolean;
}

/** What Claude Code is to be given as `--settings`, and where. */
export interface SettingsPlan {
  /** The user's own and ours in one. */
  readonly settings: Json;
  /** Some of it isn't on the command line yet, and must not come to stand there. */
  readonly isPrivate: boolean;
  /** The arguments with the settings in place: JSON text, or the path of a file with it. */
  readonly place: (settings: string) => readonly string[];
}

/** Claude Code only prints something: no model, hence no gateway is needed. */
export const onlyInforms = (args: readonly string[]): boolean =>
  args.length === 1 && ['--version', '-v', '-V', '--help', '-h'].includes(args[0] ?? '');

/** Whether these arguments are for one of Claude Code's commands, which take no `--settings`. */
export const isCommand = (args: readonly string[]): boolean =>
  COMMANDS.has(args[0] ?? '') || COMMAND_OPTIONS.has(args[0] ?? '');

type ReadFile = (path: string) => string | null;

/**
 * A `--settings` of the user's own; empty where there is none.
 *
 * @param readFile gives a file's text, or `null`
 */
export const ownSettings = (args: readonly string[], readFile: ReadFile): Json =>
  findOwnSettings(args, readFile)?.value ?? {};

/**
 * Puts our settings into the arguments, where they beat those of the shell and of the user's
 * files. Of several `--settings` only the last one counts, so the user's own is merged in where it
 * stands: its keys win over ours but for the variables, and those that ours has taken it into
 * account for already. One that can't be read stays untouched behind ours, so that Claude Code
 * itself says what is wrong with it.
 *
 * @param additions ours, besides the variables
 * @param readFile gives a file's text, or `null`
 */
export function planSettings(
  args: readonly string[],
  variables: Variables,
  additions: Json,
  isSecret: boolean,
  readFile: ReadFile,
): SettingsPlan {
  const own = findOwnSettings(args, readFile);
  const env = own?.value['env'];
  const settings = {
    ...own?.value,
    ...additions,
    env: { ...(isObject(env) ? env : {}), ...variables },
  };
  return {
    settings,
    isPrivate: isSecret || own?.isFile === true,
    place: (text) =>
      own === null ? ['--settings', text, ...args] : replaceValue(args, own.option, text),
  };
}

/** The last one that can be read: it is the one that counts. */
function findOwnSettings(args: readonly string[], readFile: ReadFile): OwnSettings | null {
  const readable = findOptions(args, '--settings').flatMap((option) => {
    const inline = parseObject(option.value);
    const value = inline ?? parseObject(readFile(option.value) ?? '');
    return value === null ? [] : [{ option, value, isFile: inline === null }];
  });
  return readable.at(-1) ?? null;
}
