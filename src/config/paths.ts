import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { isAbsolute, join, posix, resolve, win32 } from 'node:path';

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the paths depend on; everything absent is the running process's own. */
export interface PathContext {
  readonly env?: Environment;
  readonly platform?: NodeJS.Platform;
}

/** Which configuration file is meant, and by whom. */
export interface ConfigLocation {
  /** Absolute. `null`: nobody named one and the user has no home folder. */
  readonly path: string | null;
  readonly origin: 'default' | 'environment' | 'flag';
}

const pathsOf = (platform: NodeJS.Platform) => (platform === 'win32' ? win32 : posix);

/**
 * The user's home folder: `HOME` (`USERPROFILE` on Windows), else the user database's. A relative
 * or empty variable is ignored, so that no file is taken from the working directory.
 *
 * @returns `null` where there is none, as for a container's nameless user
 */
export function homeDirectory(context: PathContext = {}): string | null {
  const { env = process.env, platform = process.platform } = context;
  const fromEnvironment = platform === 'win32' ? env['USERPROFILE'] : env['HOME'];
  if (fromEnvironment && pathsOf(platform).isAbsolute(fromEnvironment)) return fromEnvironment;
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : null;
  } catch {
    return null;
  }
}

function absolute(path: string, context: PathContext): string {
  const home = homeDirectory(context);
  const inHome = path === '~' || path.startsWith('~/');
  return resolve(inHome && home !== null ? home + path.slice(1) : path);
}

/**
 * The configuration file: `--config`, else `CC_ROUTE_CONFIG`, else
 * `~/.claude/settings.cc-route.json`. A `~/` that no shell expanded is understood.
 */
export function configPath(flag?: string, context: PathContext = {}): ConfigLocation {
  const { env = process.env, platform = process.platform } = context;
  if (flag !== undefined) return { path: absolute(flag, context), origin: 'flag' };
  const named = env['CC_ROUTE_CONFIG'];
  if (named) return { path: absolute(named, context), origin: 'environment' };
  const home = homeDirectory(context);
  const path = home && pathsOf(platform).join(home, '.claude', 'settings.cc-route.json');
  return { path, origin: 'default' };
}

/**
 * The folder for lock, record, log and database: `CC_ROUTE_STATE_DIR`, else
 * `$XDG_STATE_HOME/cc-route` (a relative one is ignored, as the XDG base directory specification
 * asks), else `~/.local/state/cc-route`; on Windows `%LOCALAPPDATA%\cc-route`.
 */
export function stateDir(context: PathContext = {}): string {
  const { env = process.env, platform = process.platform } = context;
  const named = env['CC_ROUTE_STATE_DIR'];
  if (named) return absolute(named, context);
  const { join, isAbsolute } = pathsOf(platform);
  const base = platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_STATE_HOME'];
  if (base && isAbsolute(base)) return join(base, 'cc-route');
  const home = homeDirectory(context);
  if (home === null) return join(tmpdir(), `cc-route-${process.getuid?.() ?? 'user'}`);
  return platform === 'win32'
    ? join(home, 'AppData', 'Local', 'cc-route')
    : join(home, '.local', 'state', 'cc-route');
}

/** The background gateway's log, in the state folder. */
export const gatewayLogPath = (dir: string): string => join(dir, 'gateway.log');

/** A path for people: `~` for the home folder. */
export function displayPath(path: string, context: PathContext = {}): string {
  const home = homeDirectory(context)?.replace(/[/\\]+$/, '');
  if (!home) return path;
  if (path === home) return '~';
  const rest = path.startsWith(home) ? path.slice(home.length) : '';
  return rest.startsWith('/') || rest.startsWith('\\') ? `~${rest}` : path;
}

/**
 * Makes the state folder where it is missing, for this user alone (mode 0700), and takes away
 * what an older one gives to others.
 *
 * @returns the folder
 * @throws Error where the folder can't be made, is no folder, belongs to another user (who could
 * plant or read files), or is the home folder itself, whose mode is not ours to change
 */
export function ensureStateDir(dir: string = stateDir(), context: PathContext = {}): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const shown = displayPath(dir, context);
  const status = statSync(dir);
  if (!status.isDirectory()) throw new Error(`the state folder ${shown} is not a folder`);
  const user = process.getuid?.();
  if (user === undefined) return dir;
  if (dir === homeDirectory(context)) {
    throw new Error(`${shown} is your home folder; name a folder in it by CC_ROUTE_STATE_DIR`);
  }
  if (status.uid !== user) {
    throw new Error(
      `the state folder ${shown} belongs to another user; name your own by CC_ROUTE_STATE_DIR`,
    );
  }
  if ((status.mode & 0o077) !== 0) chmodSync(dir, 0o700);
  return dir;
}
