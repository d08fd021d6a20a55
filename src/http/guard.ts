import { GatewayError } from '../core/errors.ts';
import { isLoopback } from '../lib/loopback.ts';

export interface GuardPolicy {
  /** The address that the gateway is bound to. */
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** The methods that any endpoint knows. */
export const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);

/**
 * Looks at a request before anything else does: before Hono, which would read a path out of a
 * malformed `Host`, and before a WebSocket upgrade, which checks neither `Host` nor `Origin`.
 *
 * A page in a browser can send requests to loopback. It can't leave out `Origin`, but for a plain
 * GET whose answer it can't read, and by DNS rebinding it can't make `Host` a loopback name.
 *
 * @throws GatewayError where the request is refused.
 */
export function guard(request: Request, policy: GuardPolicy): void {
  if (!METHODS.has(request.method)) {
    throw new GatewayError('method_not_allowed', `The method ${request.method} is not supported.`);
  }
  const host = request.headers.get('host') ?? '';
  if (!isAllowedHost(host, policy)) {
    throw new GatewayError(
      'client_forbidden',
      `The Host header "${host.slice(0, 100)}" is no name of this gateway. ` +
        'Use 127.0.0.1 or localhost, or add the name to server.allowedHosts.',
    );
  }
  const origin = request.headers.get('origin');
  if (origin !== null && !policy.allowedOrigins.includes(origin)) {
    throw new GatewayError(
      'client_forbidden',
      `Pages of the origin "${origin.slice(0, 100)}" may not use this gateway. ` +
        'Add the origin to server.allowedOrigins if it is yours.',
    );
  }
}

function isAllowedHost(host: string, policy: GuardPolicy): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host);
  const name = match?.[1]?.toLowerCase();
  if (name === undefined) return false;
  if (isLoopback(name)) return true;
  const bare = name.replaceAll(/^\[|\]$/g, '');
  return (
    bare === policy.host.toLowerCase() ||
    policy.allowedHosts.some((allowed) =>
      [name, host.toLowerCase()].includes(allowed.toLowerCase()),
    )
  );
}
