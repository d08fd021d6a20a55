import type { Context } from 'hono';
import { GatewayError } from '../../core/errors.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/**
 * `POST /v1/admin/reload`: reads the configuration file now. Answers
 * `{ "result": "applied" | "unchanged", "restartNeeded": ["server.port"], "configFile": "…" }`.
 *
 * @throws GatewayError `broken_config` with what is wrong; the last good configuration stays.
 */
export function reload(http: HttpContext) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const outcome = await http.reloader.reload();
    if (outcome.result === 'refused') {
      throw new GatewayError(
        'broken_config',
        `The configuration from before stays in force. ${outcome.problem}`,
      );
    }
    return c.json({ ...outcome, configFile: http.gateway.config.file });
  };
}
