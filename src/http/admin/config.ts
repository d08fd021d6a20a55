import type { Context } from 'hono';
import { settingsOf, type Setting } from '../../config/settings-list.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/** What `GET /v1/admin/config` answers. */
export interface ConfigAnswer {
  /** The file that was read; `null`: there is none. */
  readonly file: string | null;
  /** Every value in force and where it came from; secrets are hidden. */
  readonly settings: readonly Setting[];
  /** Names of the configured routes; `/v1/admin/routes` tells more of them. */
  readonly routes: readonly string[];
  readonly warnings: readonly string[];
}

/** `GET /v1/admin/config`: the configuration in force, without its secrets. */
export function config({ gateway }: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const { file, routes, warnings } = gateway.config;
    const answer: ConfigAnswer = {
      file,
      settings: settingsOf(gateway.config),
      routes: routes.map(({ name }) => name),
      warnings,
    };
    return c.json(answer);
  };
}
