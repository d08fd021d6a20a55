import { CLAUDE_MODELS } from './claude-options.ts';
import { quote, stepArms, valueArms } from './quote.ts';
import type { CompletionSpec } from './spec.ts';

/**
 * The script for bash 3.2 and later. Names from the configuration are only ever compared and
 * quoted: `compgen -W` would run what stands in `$(…)`.
 */
export function bashScript(spec: CompletionSpec): string {
  const arm = ([place, value]: readonly [string, string]) =>
    `    ${quote(place)}) value=${quote(value)} ;;`;
  const words = spec.commands.map(({ path, subcommands, options }) => {
    const all = [...subcommands, ...options].map(({ name }) => name);
    return `    ${quote(path)}) words='${all.join(' ')}' ;;`;
  });
  return `# bash completion of clauder and cc-route; made by: cc-route completions bash
_clauder_names() {
  command clauder route completions --names 2>/dev/null ||
    command cc-route completions --names 2>/dev/null
}

_clauder_step() {
  case "$1" in
${stepArms(spec)
  .map(([from, to]) => `    ${quote(from)}) at=${quote(to)} ;;`)
  .join('\n')}
    *) return 1 ;;
  esac
}

_clauder_value() {
  value=
  case "$1" in
${valueArms(spec).map(arm).join('\n')}
  esac
}

_clauder_words() {
  words=
  case "$1" in
${words.join('\n')}
  esac
}

# Offers a word if it begins with what was typed; quoted, so that nothing in it is ever run.
_clauder_offer() {
  local quoted
  printf -v quoted '%q' "$1"
  if [[ $1 == "$current"* || $quoted == "$current"* ]]; then
    COMPREPLY+=("\${quoted#"$before"}")
  fi
}

_clauder() {
  local line=\${COMP_LINE:0:COMP_POINT} at=cc-route previous= count=0 value words word current before
  local typed=\${COMP_WORDS[COMP_CWORD]}
  current=\${line##*[[:space:]]}
  [[ $typed == [=:] ]] && typed=
  # What bash has already taken for words of their own: it breaks at = and :.
  before=\${current%"$typed"}
  COMPREPLY=()
  case \${COMP_WORDS[0]##*/} in clauder*) at=clauder ;; esac
  local -a typed_words
  read -ra typed_words <<<"\${line%"$current"}"
  for word in "\${typed_words[@]:1}"; do
    ((count += 1))
    if [[ -n $previous ]]; then previous=; continue; fi
    if [[ $word == -* ]]; then
      _clauder_value "$at $word"
      [[ $word == *=* || -z $value ]] || previous=$word
    elif [[ $at != clauder || $count == 1 ]]; then
      _clauder_step "$at $word"
    fi
  done
  if [[ -z $previous && $current == --*=* ]]; then
    previous=\${current%%=*}
    before=\${before#"$previous="}
    current=\${current#*=}
  fi
  if [[ -z $previous ]]; then
    _clauder_words "$at"
    if [[ $at == clauder && $count == 0 ]]; then words+=' ${spec.first.map(({ name }) => name).join(' ')}'; fi
    for word in $words; do
      [[ $word == -* && $current != -* ]] || _clauder_offer "$word"
    done
    [[ $current == -* ]] && return
  fi
  _clauder_value "$at\${previous:+ $previous}"
  case $value in
    models)
      if [[ $at == clauder ]]; then
        for word in ${CLAUDE_MODELS.join(' ')}; do _clauder_offer "$word"; done
      fi
      while IFS=$'\\t' read -r word _; do _clauder_offer "$word"; done < <(_clauder_names)
      ;;
    files | folders)
      local flag=-f
      [[ $value == folders ]] && flag=-d
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$flag" -- "$current")
      ;;
    words*)
      for word in \${value#words }; do _clauder_offer "$word"; done
      ;;
  esac
  # Nothing but options can follow.
  if [[ -z $previous$current && \${#COMPREPLY[@]} == 0 ]]; then
    for word in $words; do _clauder_offer "$word"; done
  fi
}

complete -F _clauder clauder cc-route
`;
}
