import type { AgentType } from './agents.ts';
import { findOptions, hasFlag, replaceValue } from './options.ts';
import { parseObject, type Json } from './user-settings.ts';

/** The arguments with our subagent types in them. */
export interface AgentsPlan {
  /** All types, the user's own among them; `null`: the arguments stay as they are. */
  readonly types: Json | null;
  /** The user had them in a file: they must not come to stand on the command line. */
  readonly isFile: boolean;
  /** JSON text, or where the user had a file, the path of one. */
  readonly place: (args: readonly string[], value: string) => readonly string[];
}

export interface AgentsOptions {
  readonly args: readonly string[];
  readonly types: Readonly<Record<string, AgentType>>;
  /** Names of types that the user has in files of their own; those stay in force. */
  readonly taken: ReadonlySet<string>;
  /** The most characters that a command line has room for. */
  readonly maxLength: number;
  readonly readFile: (path: string) => string | null;
}

/**
 * Puts our subagent types into the arguments. Of several `--agents` only the last one counts, so
 * the user's own is completed where it stands, and its types win over ours. It may be JSON or,
 * with `--print`, a file; one that can't be read stays alone, so that Claude Code says what is
 * wrong with it.
 */
export function planAgents(options: AgentsOptions): AgentsPlan {
  const { args, types, taken, maxLength, readFile } = options;
  const option = findOptions(args, '--agents').at(-1);
  const inline = option === undefined ? {} : parseObject(option.value);
  const isFile = inline === null && hasFlag(args, '--print', '-p');
  const own = isFile ? parseObject(readFile(option?.value ?? '') ?? '') : inline;
  const untouched = { types: null, isFile, place: (given: readonly string[]) => given };
  if (own === null) return untouched;

  const free = Object.entries(types).filter(([name]) => !taken.has(name) && !(name in own));
  // What doesn't fit is left out from the end: the types that can only look come last.
  const room = isFile ? Infinity : maxLength;
  while (free.length > 0 && lengthOf(free, own) > room) free.pop();
  if (free.length === 0) return untouched;
  return {
    types: { ...Object.fromEntries(free), ...own },
    isFile,
    place: (given, value) => {
      const now = findOptions(given, '--agents').at(-1);
      return now === undefined ? ['--agents', value, ...given] : replaceValue(given, now, value);
    },
  };
}

const lengthOf = (ours: readonly (readonly [string, unknown])[], own: Json): number =>
  Buffer.byteLength(JSON.stringify({ ...Object.fromEntries(ours), ...own }));
