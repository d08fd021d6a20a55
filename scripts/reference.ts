import { join } from 'node:path';
import { ERROR_KINDS } from '../src/core/errors.ts';
import { commandsReference } from './reference/commands.ts';
import { configurationReference, providersReference } from './reference/configuration.ts';
import { tableOf } from './reference/markdown.ts';

/** Where the reference is kept; a test compares it with what is written here. */
export const REFERENCE = join(import.meta.dir, '../release/REFERENCE.md');

/** The whole reference, made from the tables that the program works with. */
export async function reference(): Promise<string> {
  return `# Reference

Made by \`bun run reference\` from the tables that the program works with; not edited by hand. [README.md](../README.md) is the way in.

## Commands

Started as \`clauder\`, the program is a drop-in for \`claude\`; started as \`cc-route\`, or as \`clauder route …\`, it has these. Exit codes: 0, 1 failure, 2 wrong usage, 3 no gateway runs.

${await commandsReference()}

## Configuration

\`~/.claude/settings.cc-route.json\`, with comments and trailing commas. Values stand above each other: defaults, file, environment, flags. \`\${VARIABLE}\` in a text is replaced from the environment. \`cc-route config check\` names each value in force with its origin; \`cc-route config schema\` prints a JSON Schema for editors.

${configurationReference()}

## Providers

${providersReference()}

## Errors

What the gateway answers when something fails. \`retry\`: the same provider is tried again. \`fallback\`: the next one of the chain is.

${errorsReference()}
`;
}

function errorsReference(): string {
  const yes = (value: boolean): string => (value ? 'yes' : '');
  const rows = Object.entries(ERROR_KINDS).map(([kind, rule]) => {
    const { claudeCodeStatus } = rule as { readonly claudeCodeStatus?: number };
    const status = String(rule.status);
    return [
      `\`${kind}\``,
      claudeCodeStatus === undefined ? status : `${status}, for Claude Code ${claudeCodeStatus}`,
      rule.type,
      yes(rule.retry),
      yes(rule.fallback),
      rule.fault,
    ];
  });
  return tableOf(['kind', 'status', 'type', 'retry', 'fallback', 'whose'], rows);
}

if (import.meta.main) {
  await Bun.write(REFERENCE, await reference());
  console.log(REFERENCE);
}
