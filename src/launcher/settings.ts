import type { Variables } from './environment.ts';
import { environmentOf, isObject, parseObject, type Json } from './user-settings.ts';

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
  /** Of the argument that holds the value. */
  readonly index: number;
  readonly prefix: '' | '--settings=';
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

/**
 * The variables of a `--settings` of the user's own.
 *
 * @param readFile gives a file's text, or `null`
 */
export function ownVariables(args: readonly string[], readFile: ReadFile): Variables {
  return environmentOf(findOwnSettings(args, readFile)?.value ?? null);
}

type ReadFile = (path: string) => string | null;

/**
 * Puts our variables into the arguments as settings, which beat those of the shell and of the
 * user's files. A `--settings` of the user's own is merged in where it stands, and its keys win
 * over ours but for the variables. One that can't be read stays untouched behind ours, so that
 * Claude Code itself says what is wrong with it.
 *
 * @param readFile gives a file's text, or `null`
 */
export function planSettings(
  args: readonly string[],
  variables: Variables,
  isSecret: boolean,
  readFile: ReadFile,
): SettingsPlan {
  const own = findOwnSettings(args, readFile);
  const env = own?.value['env'];
  const settings = {
    ...own?.value,
    env: { ...(isObject(env) ? env : {}), ...variables },
  };
  return {
    settings,
    isPrivate: isSecret || own?.isFile === true,
    place: (text) =>
      own === null
        ? ['--settings', text, ...args]
        : args.map((arg, index) => (index === own.index ? own.prefix + text : arg)),
  };
}

/** The last one that can be read: it is the one that counts. */
function findOwnSettings(args: readonly string[], readFile: ReadFile): OwnSettings | null {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  let found: OwnSettings | null = null;
  for (const [index, arg] of options.entries()) {
    const isJoined = arg.startsWith('--settings=');
    if (!isJoined && options[index - 1] !== '--settings') continue;
    const prefix = isJoined ? '--settings=' : '';
    const text = arg.slice(prefix.length);
    const inline = parseObject(text);
    const value = inline ?? parseObject(readFile(text) ?? '');
    if (value !== null) found = { index, prefix, value, isFile: inline === null };
  }
  return found;
}
