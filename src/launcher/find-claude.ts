import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { homeDirectory, type Environment } from '../config/paths.ts';
import { LaunchError } from './launch-error.ts';

/** What a command ends with that isn't there, as in a shell. */
const NOT_FOUND = 127;

export interface FindOptions {
  readonly env: Environment;
  /** Never looked into, even if it is on `PATH`. */
  readonly cwd: string;
  /** This program: a link named `claude` may point at it. */
  readonly self: string;
  readonly platform?: NodeJS.Platform;
}

/**
 * Claude Code's executable: `CC_ROUTE_CLAUDE`, else the first `claude` on `PATH`, else one in the
 * usual places. The working directory is never searched, so that no checked-out folder can plant
 * a program.
 *
 * @throws LaunchError with the command that installs it
 */
export function findClaude(options: FindOptions): string {
  const named = options.env['CC_ROUTE_CLAUDE'];
  if (named) return checkNamed(named, options);
  const { platform = process.platform } = options;
  const names = executableNames(options.env, platform);
  const here = realPath(options.cwd);
  const onPath = searchPath(options.env).filter((folder) => realPath(folder) !== here);
  for (const folder of [...onPath, ...usualFolders(options.env, platform)]) {
    for (const name of names) {
      const candidate = join(folder, name);
      if (isUsable(candidate, options)) return platform === 'win32' ? unwrap(candidate) : candidate;
    }
  }
  throw new LaunchError(
    'clauder: Claude Code is not installed: there is no `claude` on PATH or in the usual places.\n' +
      'Install it: npm install -g @anthropic-ai/claude-code\n' +
      'Or name the one you have by CC_ROUTE_CLAUDE.',
    NOT_FOUND,
  );
}

function checkNamed(path: string, options: FindOptions): string {
  const problem = isAbsolute(path)
    ? 'no program can be run there'
    : 'the path has to be absolute, so that it means the same in every folder';
  if (isAbsolute(path) && isUsable(path, options)) return path;
  throw new LaunchError(`clauder: CC_ROUTE_CLAUDE=${path}: ${problem}.`, NOT_FOUND);
}

/** `PATH` without its empty and relative entries: both mean the working directory. */
function searchPath(env: Environment): readonly string[] {
  const path = env['PATH'] ?? env['Path'] ?? '';
  return path.split(delimiter).filter((folder) => isAbsolute(folder));
}

function executableNames(env: Environment, platform: NodeJS.Platform): readonly string[] {
  if (platform !== 'win32') return ['claude'];
  const extensions = (env['PATHEXT'] ?? '.EXE;.CMD').split(';').filter(Boolean);
  return extensions.map((extension) => `claude${extension.toLowerCase()}`);
}

function usualFolders(env: Environment, platform: NodeJS.Platform): readonly string[] {
  const home = homeDirectory({ env, platform });
  const npmPrefix = env['npm_config_prefix'] ?? env['NPM_CONFIG_PREFIX'];
  const inHome = ['.claude/local', '.local/bin', '.npm-global/bin', '.bun/bin', '.volta/bin'];
  return [
    ...(home === null ? [] : inHome.map((folder) => join(home, folder))),
    ...(npmPrefix ? [platform === 'win32' ? npmPrefix : join(npmPrefix, 'bin')] : []),
    ...(platform === 'win32'
      ? [join(env['APPDATA'] ?? '', 'npm')]
      : ['/usr/local/bin', '/opt/homebrew/bin', '/home/linuxbrew/.linuxbrew/bin', '/usr/bin']),
  ].filter((folder) => isAbsolute(folder));
}

function isUsable(path: string, options: FindOptions): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && realpathSync(path) !== realPath(options.self);
  } catch {
    return false;
  }
}

/** npm's `.cmd` starts a shell, which reads arguments in its own way; the program lies beside it. */
function unwrap(path: string): string {
  if (!/\.(?:cmd|bat)$/iu.test(path)) return path;
  const program = join(path, '../node_modules/@anthropic-ai/claude-code/bin/claude.exe');
  return statSync(program, { throwIfNoEntry: false })?.isFile() === true ? program : path;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
