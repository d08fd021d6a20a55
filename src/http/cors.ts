import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './context.ts';

/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_S = 600;

/** What a page may read of an answer besides what every page may. */
const EXPOSED = [
  'request-id',
  'retry-after',
  'x-cc-route-cache',
  'x-cc-route-target',
  'x-should-retry',
].join(', ');

/**
 * Cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol) of the pages that the
 * guard lets in: it has refused all others, so an `Origin` that is here is an allowed one. It is
 * named, never `*`, and cookies are nothing to the gateway.
 */
export const cors: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const { headers, method } = c.req.raw;
  const origin = headers.get('origin');
  if (origin === null) return next();
  if (method === 'OPTIONS' && headers.has('access-control-request-method')) {
    return c.body(null, 204, preflight(headers, origin));
  }
  await next();
  c.header('access-control-allow-origin', origin);
  c.header('access-control-expose-headers', EXPOSED);
  c.header('vary', 'origin', { append: true });
};

/** A preflight carries no token, and is answered without one. */
function preflight(headers: Headers, origin: string): Record<string, string> {
  const wanted = headers.get('access-control-request-headers') ?? '';
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
    ...(/^[\w-]+(?:\s*,\s*[\w-]+)*$/.test(wanted)
      ? { 'access-control-allow-headers': wanted }
      : {}),
    // A page of the internet asks before it reaches for this machine
    // (https://wicg.github.io/private-network-access).
    ...(headers.has('access-control-request-private-network')
      ? { 'access-control-allow-private-network': 'true' }
      : {}),
    'access-control-max-age': String(PREFLIGHT_S),
    vary: 'origin, access-control-request-headers, access-control-request-private-network',
  };
}
