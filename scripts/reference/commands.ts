import type { ArgsDef, CommandDef, SubCommandsDef } from 'citty';
import { COMMANDS } from '../../src/cli/commands.ts';
import { cell, tableOf } from './markdown.ts';

type Value<T> = T | Promise<T> | (() => T | Promise<T>);

async function valueOf<T>(value: Value<T>): Promise<T> {
  return typeof value === 'function' ? (value as () => T | Promise<T>)() : value;
}

/** Every command and option, from the table that the program itself works with. */
export async function commandsReference(): Promise<string> {
  return (await commands('cc-route', COMMANDS)).join('\n\n');
}

async function commands(path: string, table: SubCommandsDef): Promise<string[]> {
  const parts: string[] = [];
  for (const [name, entry] of Object.entries(table)) {
    const command = await valueOf<CommandDef>(entry);
    const whole = `${path} ${name}`;
    const meta = await valueOf(command.meta ?? {});
    const [description = '', example] = (meta.description ?? '').split(/ ?Example: /);
    const args = Object.entries(await valueOf<ArgsDef>(command.args ?? {}));
    const words = args
      .filter(([, arg]) => arg.type === 'positional')
      .map(([key, arg]) => (arg.required === false ? ` [${key}]` : ` ${key.toUpperCase()}`));
    const options = args
      .filter(([, arg]) => arg.type !== 'positional')
      .map(([key, arg]) => [
        `\`--${key}${'valueHint' in arg && arg.valueHint !== undefined ? ` <${arg.valueHint}>` : ''}\``,
        cell(arg.description ?? ''),
      ]);
    parts.push(
      [
        `### \`${whole}${words.join('')}\``,
        description,
        ...(example === undefined ? [] : [`\`\`\`sh\n${example}\n\`\`\``]),
        ...(options.length === 0 ? [] : [tableOf(['option', 'does'], options)]),
      ].join('\n\n'),
    );
    const below = await valueOf(command.subCommands ?? {});
    parts.push(...(await commands(whole, below)));
  }
  return parts;
}
