import { CLAUDE_MODELS } from './claude-options.ts';
import { quote, stepArms, valueArms } from './quote.ts';
import type { CompletionSpec } from './spec.ts';

/** `name:description` for `_describe`, which takes a colon in the name apart. */
const described = ({ name, description }: { name: string; description: string }): string =>
  quote(`${name.replaceAll(':', String.raw`\:`)}:${description}`);

/** The script for zsh. `compadd` quotes what it inserts, and evaluates nothing. */
export function zshScript(spec: CompletionSpec): string {
  const words = spec.commands.map(
    ({ path, subcommands, options }) =>
      `    ${quote(path)})\n      items=(\n${[...subcommands, ...options]
        .map((item) => `        ${described(item)}`)
        .join('\n')}\n      ) ;;`,
  );
  return `#compdef clauder cc-route
# zsh completion of clauder and cc-route; made by: cc-route completions zsh
_clauder_names() {
  command clauder route completions --names 2>/dev/null ||
    command cc-route completions --names 2>/dev/null
}

_clauder_step() {
  case "$1" in
${stepArms(spec)
  .map(([from, to]) => `    ${quote(from)}) at=${quote(to)} ;;`)
  .join('\n')}
  esac
}

_clauder_value() {
  value=
  case "$1" in
${valueArms(spec)
  .map(([place, value]) => `    ${quote(place)}) value=${quote(value)} ;;`)
  .join('\n')}
  esac
}

_clauder_items() {
  items=()
  case "$1" in
${words.join('\n')}
  esac
}

_clauder() {
  local at=cc-route previous= value line word
  local -i index
  local -a items names notes
  [[ \${words[1]:t} == clauder* ]] && at=clauder
  for ((index = 2; index < CURRENT; index++)); do
    word=\${words[index]}
    if [[ -n $previous ]]; then previous=; continue; fi
    if [[ $word == -* ]]; then
      _clauder_value "$at $word"
      [[ $word == *=* || -z $value ]] || previous=$word
    elif [[ $at != clauder || $index == 2 ]]; then
      _clauder_step "$at $word"
    fi
  done
  if [[ -z $previous && $PREFIX == --*=* ]]; then
    previous=\${PREFIX%%=*}
    compset -P '*='
  fi
  if [[ -z $previous ]]; then
    _clauder_items "$at"
    if [[ $at == clauder && $CURRENT == 2 ]]; then
      items+=(
${spec.first.map((item) => `        ${described(item)}`).join('\n')}
      )
    fi
    _clauder_value "$at"
    local -a bare=(\${items:#-*})
    [[ $PREFIX == -* || -z $value$bare ]] || items=($bare)
    _describe -t commands command items
    [[ $PREFIX == -* ]] && return
  fi
  _clauder_value "$at\${previous:+ $previous}"
  case $value in
    models)
      [[ $at == clauder ]] && names=(${CLAUDE_MODELS.join(' ')}) notes=(${CLAUDE_MODELS.join(' ')})
      for line in "\${(@f)$(_clauder_names)}"; do
        [[ -n $line ]] || continue
        names+=("\${line%%$'\\t'*}")
        notes+=("\${line/$'\\t'/  }")
      done
      compadd -V models -l -d notes -a names
      ;;
    files) _files ;;
    folders) _files -/ ;;
    words*)
      names=(\${=value#words })
      compadd -a names
      ;;
  esac
}

if [[ \${funcstack[1]} == _clauder ]]; then
  _clauder "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _clauder clauder cc-route
fi
`;
}
