import { GatewayError } from '../core/errors.ts';

/** What the list endpoints of Anthropic's API take (https://docs.anthropic.com/en/api/models-list). */
interface PageQuery {
  readonly limit?: string | undefined;
  readonly after_id?: string | undefined;
  readonly before_id?: string | undefined;
}

interface Listed {
  readonly id: string;
}

const MAX_LIMIT = 1000;

/**
 * A page of a list. Without a `limit` the whole list is one: it is short, and not every client
 * asks for a second page.
 *
 * @throws GatewayError `malformed_request` for a limit that is none, or an id that isn't listed
 */
export function pageOf(
  items: readonly Listed[],
  query: PageQuery,
): Readonly<Record<string, unknown>> {
  const limit = query.limit === undefined ? items.length : readLimit(query.limit);
  const from = query.after_id === undefined ? 0 : position(items, query.after_id, 'after_id') + 1;
  const to =
    query.before_id === undefined ? items.length : position(items, query.before_id, 'before_id');
  // Backwards, the page that ends at `to` is meant.
  const backwards = query.before_id !== undefined && query.after_id === undefined;
  const start = backwards ? Math.max(from, to - limit) : from;
  const data = items.slice(start, Math.min(to, start + limit));
  return {
    data,
    has_more: backwards ? start > from : start + data.length < to,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

function readLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new GatewayError('malformed_request', `limit: expected a number from 1 to ${MAX_LIMIT}.`);
}

function position(items: readonly Listed[], id: string, name: 'after_id' | 'before_id'): number {
  const isMeant = (item: Listed): boolean => item.id === id;
  // An id that is listed twice must not lead back to where a client has been.
  const index = name === 'after_id' ? items.findLastIndex(isMeant) : items.findIndex(isMeant);
  if (index !== -1) return index;
  throw new GatewayError('malformed_request', `${name}: no model "${id.slice(0, 100)}" is listed.`);
}
