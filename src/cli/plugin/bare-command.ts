import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { homeDirectory, type Environment } from '../../config/paths.ts';
import { BARE_COMMAND } from '../../launcher/plugin-files.ts';

/** Stands at the end of the command file that we make, in every version of it. */
const MARK = '<!-- Made by cc-route plugin install;';

/** Claude Code's own folder; `null`: the user has no home. */
export function claudeFolder(env: Environment): string | null {
  const home = homeDirectory({ env });
  return env['CLAUDE_CONFIG_DIR'] || (home && join(home, '.claude'));
}

/** Where the bare `/mmodel` stands. */
export function bareCommandPath(env: Environment): string | null {
  const folder = claudeFolder(env);
  return folder && join(folder, 'commands', 'mmodel.md');
}

/** Whether the user's bare `/mmodel` is ours, and not a command of their own by that name. */
export function bareCommandIsOurs(env: Environment): boolean {
  return bareCommandState(env) === 'ours' || bareCommandState(env) === 'outdated';
}

/** What is in the bare command's place. */
export function bareCommandState(env: Environment): 'absent' | 'ours' | 'outdated' | 'foreign' {
  const path = bareCommandPath(env);
  if (path === null) return 'absent';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return 'absent';
  }
  if (text === BARE_COMMAND) return 'ours';
  return text.includes(MARK) ? 'outdated' : 'foreign';
}
