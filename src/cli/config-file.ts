import { chmodSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { readConfigFile } from '../config/file.ts';
import { loadConfig } from '../config/load.ts';
import { configPath, displayPath, type Environment } from '../config/paths.ts';
import { RouteTable } from '../gateway/resolve.ts';
import { buildRoutes } from '../gateway/routes.ts';

/** A configuration file that is about to be changed. */
export interface EditableConfig {
  /** Absolute, links followed. */
  readonly path: string;
  /** For people. */
  readonly shown: string;
  /** Empty where there is no file yet. */
  readonly text: string;
  readonly exists: boolean;
  /** What it says so far; `null`: nothing. */
  readonly config: Config | null;
  /** Its routes, and those that are always there. */
  readonly table: RouteTable;
}

/**
 * The configuration file's text as it is.
 *
 * @throws Error where it can't be read, or has no place
 * @throws ConfigError where it is broken: what can't be understood isn't changed
 */
export async function openConfig(
  file: string | undefined,
  env: Environment,
): Promise<EditableConfig> {
  const { path: named } = configPath(file, { env });
  if (named === null) {
    throw new Error('There is no home folder; name a file by --config or CC_ROUTE_CONFIG.');
  }
  const path = realPath(named);
  const shown = displayPath(named, { env });
  const read = await readConfigFile(path);
  if (read.kind === 'invalid') throw new Error(`${shown}: ${read.problem}`);
  if (read.kind === 'absent') {
    return {
      path,
      shown,
      text: '',
      exists: false,
      config: null,
      table: tableOf({ routes: [] }, env),
    };
  }
  const config = await loadConfig({ env, flags: { config: path } });
  return { path, shown, text: read.text, exists: true, config, table: tableOf(config, env) };
}

/**
 * Writes the file whole or not at all, readable by its owner alone. A text that no gateway would
 * start with is never written.
 *
 * @throws ConfigError with what is wrong with the text
 */
export async function saveConfig(
  { path, shown }: Pick<EditableConfig, 'path' | 'shown'>,
  text: string,
  env: Environment,
): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    chmodSync(draft, 0o600);
    await loadConfig({ env, flags: { config: draft } });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    if (error instanceof ConfigError) throw new ConfigError(path, error.issues, shown);
    throw error;
  }
}

const tableOf = (config: Pick<Config, 'routes'>, env: Environment): RouteTable =>
  new RouteTable(buildRoutes(config, env));

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
