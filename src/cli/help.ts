import type { ArgDef, CommandDef, SubCommandsDef } from 'citty';
import { paint, wrap } from './output.ts';

/** Columns of a terminal that doesn't tell. */
const USUAL_WIDTH = 100;

/** What `--help` prints for a command. @param path as typed, `cc-route config` */
export async function helpText(command: CommandDef, path: string): Promise<string> {
  const { description = '' } = (await resolved(command.meta)) ?? {};
  const [about = '', example] = description.split(' Example: ', 2);
  const args = Object.entries((await resolved(command.args)) ?? {});
  const positionals = args.filter(([, { type }]) => type === 'positional');
  const options = args.filter(([, { type }]) => type !== 'positional');
  const subcommands = await described((await resolved(command.subCommands)) ?? {});
  const usage = [
    path,
    ...positionals.map(([name, { required }]) => (required === false ? `[${name}]` : `<${name}>`)),
    ...(subcommands.length === 0 ? [] : ['<command>']),
    ...(options.length === 0 ? [] : ['[options]']),
  ].join(' ');
  const sections = [
    wrap(about, width()),
    `${paint('bold', 'Usage:')} ${usage}`,
    ...(example === undefined ? [] : [`${paint('bold', 'Example:')} ${example}`]),
    ...section('Commands', subcommands),
    ...section('Arguments', positionals.map(row)),
    ...section('Options', options.map(row)),
    ...(subcommands.length === 0 ? [] : [`Each has its own: ${path} <command> --help`]),
  ];
  return sections.join('\n\n');
}

type Row = readonly [name: string, description: string];

async function described(table: SubCommandsDef): Promise<Row[]> {
  return Promise.all(
    Object.entries(table).map(async ([name, entry]): Promise<Row> => {
      const command = (await resolved(entry)) as CommandDef;
      const { description = '' } = (await resolved(command.meta)) ?? {};
      return [name, description.split(' Example: ', 1)[0] ?? ''];
    }),
  );
}

function row([name, definition]: [string, ArgDef]): Row {
  const { type, description = '', valueHint } = definition;
  if (type === 'positional') return [name, description];
  return [type === 'string' ? `--${name} <${valueHint ?? 'text'}>` : `--${name}`, description];
}

/** Names in a column, with what they mean beside them. */
function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const column = Math.max(...rows.map(([name]) => name.length)) + 4;
  const lines = rows.map(([name, description]) => {
    const text = wrap(description, width() - column).replaceAll('\n', `\n${' '.repeat(column)}`);
    return `  ${name.padEnd(column - 2)}${text}`;
  });
  return [`${paint('bold', title)}\n${lines.join('\n')}`];
}

const width = (): number => Math.max(60, Math.min(process.stdout.columns ?? USUAL_WIDTH, 120));

function resolved<Value>(value: Value | (() => Value)): Value {
  return typeof value === 'function' ? (value as () => Value)() : value;
}
