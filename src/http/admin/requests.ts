import type { Context } from 'hono';
import { GatewayError } from '../../core/errors.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

const DEFAULT_LIMIT = 50;

/** `GET /v1/admin/requests?limit=50&model=…&session=…&failed=true`: the last calls, newest first. */
export function listRequests({ recent }: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const limit = c.req.query('limit') ?? String(DEFAULT_LIMIT);
    if (!/^\d{1,4}$/.test(limit)) {
      throw new GatewayError('malformed_request', '"limit" must be a number of up to 4 digits.');
    }
    const { model, session, failed } = c.req.query();
    const requests = recent.list({
      limit: Number(limit),
      model,
      session,
      failed: failed === 'true' || failed === '1',
    });
    return c.json({ requests });
  };
}

/**
 * `GET /v1/admin/requests/{id}?body=true`: one of the last calls.
 * @throws GatewayError `unknown_request`
 */
export function getRequest({ recent }: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const id = c.req.param('id') ?? '';
    const call = recent.find(id);
    if (call === undefined) {
      throw new GatewayError(
        'unknown_request',
        `There is no request "${id.slice(0, 100)}" among the last ones. The gateway's log may ` +
          'know it: cc-route logs --id …',
      );
    }
    const body = ['true', '1'].includes(c.req.query('body') ?? '') ? recent.bodyOf(id) : undefined;
    return c.json(body === undefined ? call : { ...call, body });
  };
}
