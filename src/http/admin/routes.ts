import type { Context } from 'hono';
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
          learned: gateway.learned(route.target),
        }),
      ),
    });
}
