import { CLAUDE_MODELS } from './claude-options.ts';
import { stepArms, valueWord } from './quote.ts';
import type { CompletionSpec, OptionSpec, Values } from './spec.ts';

/** A word that fish takes as it is: only a backslash and the quote mean something in quotes. */
const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;

/** The script for fish. What a substitution in `-a` prints is offered, not evaluated. */
export function fishScript(spec: CompletionSpec): string {
  const lines = spec.commands.flatMap(({ path, subcommands, options, values }) => {
    const at = `-n ${quote(`__clauder_at ${quote(path)}`)}`;
    return [
      ...subcommands.map(
        ({ name, description }) => `${at} -a ${quote(name)} -d ${quote(description)}`,
      ),
      ...options.map((option) => `${at} ${optionText(option)}`),
      ...(values.kind === 'none' || values.kind === 'any' ? [] : [`${at} ${valueText(values)}`]),
    ];
  });
  const isFirst = `-n ${quote('test (count (commandline -opc)) -eq 1')}`;
  const first = spec.first.map((option) =>
    option.name.startsWith('--')
      ? `${isFirst} ${optionText(option)}`
      : `${isFirst} -a ${quote(option.name)} -d ${quote(option.description)}`,
  );
  return `# fish completion of clauder and cc-route; made by: cc-route completions fish
function __clauder_names
    command clauder route completions --names 2>/dev/null
    or command cc-route completions --names 2>/dev/null
end

function __clauder_where
    set -l typed (commandline -opc)
    set -l at cc-route
    string match -qr '(^|/)clauder[^/]*$' -- $typed[1]; and set at clauder
    set -l count 0
    for word in $typed[2..-1]
        set count (math $count + 1)
        test $at = clauder -a $count -gt 1; and break
        switch "$at $word"
${stepArms(spec)
  .map(([from, to]) => `            case ${quote(from)}\n                set at ${quote(to)}`)
  .join('\n')}
        end
    end
    echo $at
end

function __clauder_at
    test (__clauder_where) = $argv[1]
end

for program in clauder cc-route
    complete -c $program -e
    complete -c $program -f
${lines.map((line) => `    complete -c $program ${line}`).join('\n')}
end
${first.map((line) => `complete -c clauder ${line}`).join('\n')}
`;
}

function optionText({ name, description, value }: OptionSpec): string {
  const long = `-l ${quote(name.replace(/^--/u, ''))} -d ${quote(description)}`;
  return value.kind === 'none' ? long : `${long} -r ${valueText(value)}`;
}

function valueText(values: Values): string {
  switch (values.kind) {
    case 'files':
      return '-F';
    case 'folders':
      return `-f -a ${quote('(__fish_complete_directories)')}`;
    case 'models':
      return `-f -k -a ${quote(`(__clauder_names) ${CLAUDE_MODELS.join(' ')}`)}`;
    case 'words':
      return `-f -a ${quote(valueWord(values).replace('words ', ''))}`;
    case 'any':
    case 'none':
      return '-f';
  }
}
