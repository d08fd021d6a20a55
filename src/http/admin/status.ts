import type { Context } from 'hono';
import { VERSION } from '../../version.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/** `GET /v1/admin/status` */
export function status(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const { server } = c.env;
    return c.json({
      version: VERSION,
      pid: process.pid,
      address: `http://${server.hostname}:${server.port}`,
      uptimeMs: Date.now() - http.startedAt,
      leases: http.leases.count,
      activeRequests: http.activeRequests,
      configFile: http.gateway.config.file,
      configLoadedAt: http.reloader.loadedAt.toISOString(),
      configError: http.reloader.error,
      restartNeeded: http.reloader.restartNeeded,
    });
  };
}
