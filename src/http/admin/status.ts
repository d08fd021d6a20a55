import type { Context } from 'hono';
import type { StoreState } from '../../usage/store.ts';
import { VERSION } from '../../version.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/** What `GET /v1/admin/status` answers. */
export interface StatusAnswer {
  readonly version: string;
  readonly pid: number;
  readonly address: string;
  readonly uptimeMs: number;
  readonly leases: number;
  readonly activeRequests: number;
  readonly configFile: string | null;
  readonly configLoadedAt: string;
  readonly configError: string | null;
  readonly restartNeeded: readonly string[];
  readonly usage: StoreState;
}

/** `GET /v1/admin/status` */
export function status(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const { server } = c.env;
    const answer: StatusAnswer = {
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
      usage: http.usage.state,
    };
    return c.json(answer);
  };
}
