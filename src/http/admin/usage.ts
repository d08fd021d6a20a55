import type { Context } from 'hono';
import { GatewayError } from '../../core/errors.ts';
import { MOMENT_FORMS, parseMoment } from '../../lib/moment.ts';
import { GROUPINGS, type ReportQuery } from '../../usage/report.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/**
 * `GET /v1/admin/usage?since=7d&until=…&by=day`: what was used, as far as it is written down.
 * @throws GatewayError `malformed_request`, `usage_unavailable`
 */
export function usage(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const query = readQuery((name) => c.req.query(name));
    try {
      return c.json(http.usage.report(query));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new GatewayError(
        'usage_unavailable',
        `The usage database can't be read: ${reason}. Calls are answered all the same.`,
        { cause },
      );
    }
  };
}

function readQuery(parameter: (name: string) => string | undefined): ReportQuery {
  const moment = (name: 'since' | 'until'): number | undefined => {
    const text = parameter(name);
    if (text === undefined || text === '') return undefined;
    const value = parseMoment(text, Date.now());
    if (value !== null) return value;
    throw new GatewayError('malformed_request', `"${name}" must be one of ${MOMENT_FORMS}.`);
  };
  const by = parameter('by') ?? 'model';
  const grouping = GROUPINGS.find((name) => name === by);
  if (grouping === undefined) {
    throw new GatewayError('malformed_request', `"by" must be one of ${GROUPINGS.join(', ')}.`);
  }
  return { since: moment('since'), until: moment('until'), by: grouping };
}
