import type { Context, MiddlewareHandler } from 'hono';
import { CONTROL_HEADER, sameSecret } from '../../core/control.ts';
import { GatewayError } from '../../core/errors.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/** Lets only those in who can read the gateway's record: its own user. */
export function requireControl(http: HttpContext): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const shown = c.req.header(CONTROL_HEADER) ?? '';
    if (!sameSecret(shown, http.controlToken.reveal())) {
      throw new GatewayError(
        'client_unauthorized',
        `This endpoint wants the control token of the gateway's state folder in ${CONTROL_HEADER}.`,
      );
    }
    await next();
  };
}

/** `POST /v1/admin/leases`: keeps the gateway alive for as long as the answer is being read. */
export function openLease(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    c.env.server.timeout(c.req.raw, 0);
    return new Response(http.leases.open(), {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    });
  };
}

/** `POST /v1/admin/shutdown`: answers, then drains and ends. */
export function shutdown(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const { count } = http.leases;
    setTimeout(() => http.shutdown('asked to stop'), 10);
    return c.json({ leases: count });
  };
}

/** `POST /v1/admin/stay`: the gateway doesn't end with its last session any more. */
export function stay(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    http.stay();
    return c.json({ leases: http.leases.count });
  };
}
