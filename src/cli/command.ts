import { defineCommand, type ArgsDef, type CommandDef, type ParsedArgs } from 'citty';

/** The command line is wrong. The message names the option, and the caller adds where to look. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface CommandOptions<Args extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  /** A whole command line that does something useful. */
  readonly example: string;
  readonly args?: Args;
  /** @returns the exit code */
  run(args: ParsedArgs<Args>): Promise<number> | number;
}

/** A management command. What it doesn't know on its command line is an error, not ignored. */
export function command<const Args extends ArgsDef>(
  options: CommandOptions<Args>,
): CommandDef<Args> {
  const args = options.args ?? ({} as Args);
  return defineCommand({
    meta: {
      name: options.name,
      description: `${options.description} Example: ${options.example}`,
    },
    args,
    run: ({ args: parsed, rawArgs }) => {
      checkUsage(args, rawArgs);
      return options.run(parsed);
    },
  });
}

function checkUsage(known: ArgsDef, rawArgs: readonly string[]): void {
  const positionals = Object.values(known).filter(({ type }) => type === 'positional').length;
  let words = 0;
  for (let index = 0; index < rawArgs.length; index++) {
    const arg = rawArgs[index] ?? '';
    if (!arg.startsWith('-')) {
      words += 1;
      if (words > positionals) throw new UsageError(`unexpected argument ${JSON.stringify(arg)}`);
      continue;
    }
    const [option = '', value] = arg.split('=', 2);
    const definition = option.startsWith('--') ? known[option.slice(2)] : byAlias(known, option);
    if (definition === undefined || definition.type === 'positional') {
      throw new UsageError(`unknown option ${JSON.stringify(option)}`);
    }
    if (definition.type !== 'string') continue;
    if (value === undefined) index += 1;
    if (!(value ?? rawArgs[index])) throw new UsageError(`${option} needs a value`);
  }
}

/** The option that a short one such as `-f` stands for. */
function byAlias(known: ArgsDef, option: string): ArgsDef[string] | undefined {
  return Object.values(known).find(
    (definition) => 'alias' in definition && [definition.alias].flat().includes(option.slice(1)),
  );
}
