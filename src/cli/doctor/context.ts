import type { Config } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { displayPath, homeDirectory, type Environment } from '../../config/paths.ts';
import { RouteTable } from '../../gateway/resolve.ts';
import { buildRoutes } from '../../gateway/routes.ts';
import { loadTable } from '../configuration.ts';

/** What the checks look at; tests put their own machine in its place. */
export interface Machine {
  readonly env: Environment;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** This program's file. */
  readonly self: string;
  /** Where an administrator puts Claude Code's managed settings. */
  readonly managedSettings: string;
  /** Bytes that this user can still write to the disk of a folder that exists. */
  readonly freeBytes: (folder: string) => number;
}

/** The machine and its configuration, read once. */
export interface DoctorContext extends Machine {
  readonly home: string | null;
  /** `null`: it can't be used; {@link configError} says why. */
  readonly config: Config | null;
  readonly configError: ConfigError | null;
  /** Without a usable configuration: what every gateway has. */
  readonly table: RouteTable;
  /** Whether a request for this name would be routed anywhere. */
  readonly isRouted: (model: string) => boolean;
  /** A path for people. */
  readonly show: (path: string) => string;
}

/** @param file the configuration to look at, instead of the one that would be read */
export async function createContext(
  machine: Machine,
  file: string | undefined,
): Promise<DoctorContext> {
  const { env, platform } = machine;
  const { config, table, configError } = await load(file, env);
  return {
    ...machine,
    home: homeDirectory({ env, platform }),
    config,
    configError,
    table,
    isRouted: (model) => table.find(model) !== undefined || /^claude-/iu.test(model),
    show: (path) => displayPath(path, { env, platform }),
  };
}

async function load(
  file: string | undefined,
  env: Environment,
): Promise<Pick<DoctorContext, 'config' | 'configError' | 'table'>> {
  try {
    return { ...(await loadTable(file, env)), configError: null };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const routes = buildRoutes({ routes: [] }, env);
    return { config: null, configError: error, table: new RouteTable(routes) };
  }
}
