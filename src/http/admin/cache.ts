import type { Context } from 'hono';
import type { HttpContext, HttpEnv } from '../context.ts';

/**
 * `GET /v1/admin/cache`: how full the cache of answers is and what it was good for. Answers
 * `{ "entries": 12, "bytes": 34567, "maxEntries": 1000, "maxBytes": 67108864, "ttlMs": 300000,
 * "hits": 5, "misses": 12, "shared": 0, "inFlight": 0 }`.
 */
export function cacheStats(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => c.json(http.gateway.answers.stats);
}

/** `DELETE /v1/admin/cache`: forgets all answers. Answers `{ "flushed": 12 }`. */
export function flushCache(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => c.json({ flushed: http.gateway.answers.flush() });
}
