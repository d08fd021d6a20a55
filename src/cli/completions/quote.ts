import type { CommandSpec, CompletionSpec, Values } from './spec.ts';

/** A word that the shell takes as it is; the same in bash and zsh. */
export const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What stands for {@link Values} in the scripts: a kind, or `words` and the words. */
export const valueWord = (values: Values): string =>
  values.kind === 'words' ? `words ${values.words.join(' ')}` : values.kind;

/** Arms of a `case`: a place on the command line → what can stand there. */
export function valueArms(spec: CompletionSpec): readonly (readonly [string, string])[] {
  const ofOptions = ({ path, options }: CommandSpec) =>
    options
      .filter(({ value }) => value.kind !== 'none')
      .map(({ name, value }) => [`${path} ${name}`, valueWord(value)] as const);
  const ofCommand = ({ path, values }: CommandSpec) =>
    values.kind === 'none' ? [] : [[path, valueWord(values)] as const];
  const first = spec.first
    .filter(({ value }) => value.kind !== 'none')
    .map(({ name, value }) => [`clauder ${name}`, valueWord(value)] as const);
  return [
    ...spec.commands.flatMap((command) => [...ofCommand(command), ...ofOptions(command)]),
    ...first,
  ];
}

/** Where one word of a command line leads from one command to the next. */
export function stepArms({ commands }: CompletionSpec): readonly (readonly [string, string])[] {
  const steps = commands
    .filter(({ path }) => path !== 'clauder')
    .flatMap(({ path, subcommands }) =>
      subcommands.map(({ name }) => [`${path} ${name}`, `${path} ${name}`] as const),
    )
    .filter(([path]) => path !== 'cc-route launch');
  return [['clauder route', 'cc-route'], ['cc-route launch', 'clauder'], ...steps];
}
