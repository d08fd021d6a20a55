import type { Context } from 'hono';
import { proveIdentity } from '../../core/control.ts';
import { VERSION } from '../../version.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/** `GET /health`; with `?challenge=…` it also proves that this is the gateway of the record. */
export function health(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const challenge = c.req.query('challenge');
    const port = c.env.server.port ?? 0;
    return c.json({
      status: 'ok',
      service: 'cc-route',
      version: VERSION,
      ...(challenge === undefined
        ? {}
        : { proof: proveIdentity(http.controlToken.reveal(), challenge.slice(0, 256), port) }),
    });
  };
}

/** `HEAD /`, `HEAD /api/hello`: how Claude Code looks whether anybody is there. */
export function probe(): Response {
  return new Response(null, { status: 200 });
}
