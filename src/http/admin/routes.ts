import type { Context } from 'hono';
import { summarizeRoute } from '../../gateway/route-summary.ts';
import type { ServedRoute } from '../../core/route-summary.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/**
 * `GET /v1/admin/routes`: every route of the configuration in force, without its secrets, and what
 * its upstream was found not to take.
 */
export function listRoutes(http: HttpContext) {
  return (c: Context<HttpEnv>): Response =>
    c.json({
      routes: http.gateway.table.routes.map((route): ServedRoute =>
        Object.assign(summarizeRoute(route), { learned: http.gateway.learned(route.target) }),
      ),
    });
}
