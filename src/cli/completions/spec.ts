import type { ArgDef, CommandDef, SubCommandsDef } from 'citty';
import { PROVIDERS } from '../../providers/catalog.ts';
import { WIRE_NAMES } from '../../providers/spec.ts';
import { CLAUDE_COMMANDS, CLAUDE_OPTIONS, LAUNCHER_OPTIONS } from './claude-options.ts';

/** What can stand in a place of a command line. */
export type Values =
  | { readonly kind: 'none' | 'any' | 'files' | 'folders' | 'models' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface OptionSpec {
  /** `--model`; the spelling that is offered. */
  readonly name: string;
  readonly description: string;
  readonly value: Values;
}

/** One command and what can follow it. */
export interface CommandSpec {
  /** As it is typed: `cc-route config check`. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionSpec[];
  /** What its arguments are. */
  readonly values: Values;
}

/** Everything that the scripts know. */
export interface CompletionSpec {
  readonly commands: readonly CommandSpec[];
  /** `clauder`'s own, as the first argument only. */
  readonly first: readonly OptionSpec[];
}

/** Longer ones would fill the screen. */
const MAX_DESCRIPTION = 70;

/** Reads the command table: what a command can be given is said once, where it is defined. */
export async function completionSpec(table: SubCommandsDef): Promise<CompletionSpec> {
  const commands: CommandSpec[] = [];
  await walk('cc-route', { subCommands: table }, commands);
  commands.push({
    path: 'clauder',
    subcommands: CLAUDE_COMMANDS,
    options: CLAUDE_OPTIONS,
    values: { kind: 'any' },
  });
  return { commands, first: LAUNCHER_OPTIONS };
}

async function walk(path: string, command: CommandDef, into: CommandSpec[]): Promise<void> {
  const table: SubCommandsDef = (await resolved(command.subCommands)) ?? {};
  const children: [string, CommandDef][] = [];
  for (const [name, entry] of Object.entries(table)) {
    children.push([name, (await resolved(entry)) as CommandDef]);
  }
  const subcommands = await Promise.all(
    children.map(async ([name, child]) => ({
      name,
      description: brief((await resolved(child.meta))?.description ?? ''),
    })),
  );
  const args = Object.entries((await resolved(command.args)) ?? {});
  const positional = args.find(([, { type }]) => type === 'positional');
  into.push({
    path,
    subcommands,
    options: [
      ...args.filter(([, { type }]) => type !== 'positional').map(optionOf),
      { name: '--help', description: 'Show how it is used', value: { kind: 'none' } },
    ],
    values: positional === undefined ? { kind: 'none' } : valuesOf(...positional),
  });
  for (const [name, child] of children) await walk(`${path} ${name}`, child, into);
}

function optionOf([name, definition]: [string, ArgDef]): OptionSpec {
  const value: Values =
    definition.type === 'string' ? valuesOf(name, definition) : { kind: 'none' };
  return { name: `--${name}`, description: brief(definition.description ?? ''), value };
}

/** By the hint in the definition: `file`, `alias`, `preset`, or the words themselves, `bash|zsh|fish`. */
function valuesOf(name: string, { valueHint }: ArgDef): Values {
  const hint = valueHint ?? name;
  if (hint.includes('|')) return { kind: 'words', words: hint.split('|') };
  if (hint === 'preset') return { kind: 'words', words: PROVIDERS.map((one) => one.name) };
  if (hint === 'format') return { kind: 'words', words: WIRE_NAMES };
  if (hint === 'file') return { kind: 'files' };
  return { kind: hint === 'alias' || name === 'model' ? 'models' : 'any' };
}

/** The first sentence. */
function brief(description: string): string {
  const [first = ''] = description.split(/(?<=[.:;]) /u, 1);
  const text = first.replace(/[.:;]$/u, '');
  return text.length <= MAX_DESCRIPTION ? text : `${text.slice(0, MAX_DESCRIPTION - 1)}…`;
}

function resolved<Value>(value: Value | (() => Value)): Value {
  return typeof value === 'function' ? (value as () => Value)() : value;
}
