import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { displayPath, homeDirectory, type Environment } from '../../config/paths.ts';
import { EXIT, print, printError } from '../output.ts';
import type { Shell } from './scripts.ts';

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** By this the line is found again. */
const MARK = '# clauder completions; clauder --uninstall-completions takes this line out';

/**
 * What is put into a shell's file. The script itself is made at the first Tab, so that a shell
 * starts as fast as before and an update needs no second installation.
 */
const LINES: Readonly<Record<Shell, string>> = {
  bash: `_clauder_load() { unset -f _clauder_load; complete -r clauder cc-route; eval "$(command clauder route completions bash)" && return 124; }; complete -F _clauder_load clauder cc-route`,
  zsh: `_clauder_load() { unfunction _clauder_load; eval "$(command clauder route completions zsh)"; _clauder "$@" }; (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }; compdef _clauder_load clauder cc-route`,
  fish: 'command clauder route completions fish | source',
};

/** Where a shell looks. fish reads its files when they are needed; each belongs to one command. */
function filesOf(shell: Shell, env: Environment, platform: NodeJS.Platform): readonly string[] {
  const home = homeDirectory({ env, platform });
  if (home === null) throw new Error('There is no home folder to install completions in.');
  switch (shell) {
    case 'bash': {
      // Terminals of macOS start login shells, which read another file.
      const login = join(home, '.bash_profile');
      return [platform === 'darwin' && existsSync(login) ? login : join(home, '.bashrc')];
    }
    case 'zsh':
      return [join(env['ZDOTDIR'] || home, '.zshrc')];
    case 'fish': {
      const config = env['XDG_CONFIG_HOME'] || join(home, '.config');
      const folder = join(config, 'fish', 'completions');
      return [join(folder, 'clauder.fish'), join(folder, 'cc-route.fish')];
    }
  }
}

/** The shell that is meant; `null`: not one of ours, and the person was told. */
function chooseShell(named: string | null, env: Environment): Shell | null {
  const asked = named ?? (env['SHELL'] ?? '').split('/').at(-1) ?? '';
  const shell = SHELLS.find((one) => one === asked);
  if (shell !== undefined) return shell;
  const what = asked === '' ? 'SHELL says nothing' : `there is none for ${asked}`;
  printError(`clauder: completions: ${what}. Name one: ${SHELLS.join(', ')}`);
  return null;
}

/** `clauder --install-completions [shell]`. The second time it changes nothing. */
export function installCompletions(named: string | null, env: Environment): number {
  const shell = chooseShell(named, env);
  if (shell === null) return EXIT.usage;
  const files = filesOf(shell, env, process.platform);
  const line = `${LINES[shell]} ${MARK}`;
  for (const file of files) {
    const before = readText(file);
    const others = withoutLine(before);
    const gap = others === '' || others.endsWith('\n') ? '' : '\n';
    const after = `${others}${gap}${line}\n`;
    if (before.split('\n').includes(line)) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, after);
  }
  const shown = files.map((file) => displayPath(file, { env })).join(' and ');
  print(
    `completions for ${shell} are in ${shown}\nNext: open a new ${shell}, and type clauder --model, a blank and Tab`,
  );
  return EXIT.ok;
}

/** `clauder --uninstall-completions [shell]`: of every shell, unless one is named. */
export function uninstallCompletions(named: string | null, env: Environment): number {
  const shell = named === null ? null : chooseShell(named, env);
  if (named !== null && shell === null) return EXIT.usage;
  const changed: string[] = [];
  for (const one of shell === null ? SHELLS : [shell]) {
    for (const file of filesOf(one, env, process.platform)) {
      const before = readText(file);
      const after = withoutLine(before);
      if (after === before) continue;
      // fish's files are ours alone.
      if (after === '' && one === 'fish') rmSync(file);
      else writeFileSync(file, after);
      changed.push(displayPath(file, { env }));
    }
  }
  print(
    changed.length === 0
      ? 'no completions were installed'
      : `taken out of ${changed.join(' and ')}`,
  );
  return EXIT.ok;
}

function withoutLine(text: string): string {
  if (!text.includes(MARK)) return text;
  return text
    .split('\n')
    .filter((line) => !line.endsWith(MARK))
    .join('\n');
}

function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
