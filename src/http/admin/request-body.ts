import type { Context } from 'hono';
import { GatewayError } from '../../core/errors.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/**
 * `GET /v1/admin/requests/{id}/body`: what one of the last clients asked, as it asked it. It is for
 * the gateway's own user, so it wants the control token.
 *
 * @throws GatewayError `unknown_request`
 */
export function getRequestBody({ bodies }: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const body = bodies.find(c.req.param('id') ?? '');
    if (body === undefined) {
      throw new GatewayError('unknown_request', 'The body of this request is not kept any more.');
    }
    return new Response(Uint8Array.from(body), { headers: { 'content-type': 'application/json' } });
  };
}
