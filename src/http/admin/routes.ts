import type { Context } from 'hono';
import type { Config } from '../../config/config.ts';
import { summarizeRoute } from '../../gateway/route-summary.ts';
import type { ServedRoute } from '../../core/route-summary.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/**
 * `GET /v1/admin/routes`: every route of the configuration in force, without its secrets, how
 * its upstream did lately, and what that was found not to take.
 */
export function listRoutes({ gateway }: HttpContext) {
  return (c: Context<HttpEnv>): Response =>
    c.json({
      routes: gateway.table.routes.map((route): ServedRoute =>
        Object.assign(summarizeRoute(route), {
          health: gateway.health(route.target),
          scenarios: scenariosOf(route.name, gateway.config),
          learned: gateway.learned(route.target),
        }),
      ),
    });
}

function scenariosOf(route: string, { scenarios }: Config): string[] {
  const { longContext, ...chains } = scenarios;
  return Object.entries({ ...chains, longContext: longContext.routes })
    .filter(([, [first]]) => first === route)
    .map(([name]) => name);
}
