import type { MiddlewareHandler } from 'hono';
import type { PlainRequest } from '../telemetry/record-metrics.ts';
import { systemClock } from '../lib/clock.ts';
import type { HttpEnv } from './context.ts';
import { METHODS } from './guard.ts';

/**
 * Tells of every request that was no call; a call leaves a record of its own when its last byte
 * went out.
 * @param patterns of the paths that there are, for {@link pathLabel}
 */
export function observeRequests(
  tell: (request: PlainRequest) => void,
  patterns: ReadonlySet<string>,
): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const startedAt = systemClock.now();
    await next();
    if (c.get('isCall') === true) return;
    tell({
      method: METHODS.has(c.req.method) ? c.req.method : 'other',
      path: pathLabel(c.req.path, patterns),
      status: c.res.status,
      durationMs: systemClock.now() - startedAt,
    });
  };
}

/** The pattern that a path has; `other` for what isn't there. Never what a client wrote. */
function pathLabel(path: string, patterns: ReadonlySet<string>): string {
  if (patterns.has(path)) return path;
  for (const pattern of patterns) {
    const [, fixed] = /^(.+\/)(?:\*|:\w+)$/.exec(pattern) ?? [];
    if (fixed !== undefined && path.startsWith(fixed)) return pattern;
  }
  return 'other';
}
