import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import type { Environment } from '../config/paths.ts';
import { RouteTable } from '../gateway/resolve.ts';
import { buildRoutes } from '../gateway/routes.ts';

/** For commands that read the configuration. */
export const configArg = {
  type: 'string',
  valueHint: 'file',
  description: 'Read this configuration.',
} as const;

export const jsonArg = { type: 'boolean', description: 'Print JSON.' } as const;

/**
 * The configuration and its routes, as a gateway started here would have them.
 *
 * @throws ConfigError with every problem; `runCli` prints it
 */
export async function loadTable(
  file: string | undefined,
  env: Environment,
): Promise<{ readonly config: Config; readonly table: RouteTable }> {
  const config = await loadConfig({ env, flags: file === undefined ? {} : { config: file } });
  return { config, table: new RouteTable(buildRoutes(config, env)) };
}
