import type { Database } from 'bun:sqlite';

/** What the lines of a report stand for. */
export const GROUPINGS = ['model', 'provider', 'route', 'day', 'session', 'agent'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface ReportQuery {
  /** Milliseconds since 1970; absent: from the first row on. */
  readonly since?: number | undefined;
  /** Exclusive; absent: up to now. */
  readonly until?: number | undefined;
  readonly by: Grouping;
}

/** Tokens and money. The three counts of input don't overlap. */
interface Totals {
  readonly requests: number;
  /** Of the requests, those that did not end with a complete answer. */
  readonly errors: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Part of the output, as far as providers say so. */
  readonly thinking: number;
  /** In USD, of the requests whose price is known. */
  readonly costUsd: number;
  /** Requests with tokens whose price nobody knows. */
  readonly unpriced: number;
}

interface UsageSummary {
  readonly totalRequests: number;
  readonly totalErrors: number;
  readonly totalInput: number;
  readonly totalOutput: number;
  readonly totalCacheRead: number;
  readonly totalCacheWrite: number;
  readonly totalThinking: number;
  readonly totalCostUsd: number;
  readonly totalUnpriced: number;
}

/** Totals of one group, and what it is: only the fields of the grouping are there. */
export interface UsageDetail extends Totals {
  /** The provider's address. */
  readonly provider?: string;
  readonly model?: string;
  readonly route?: string;
  /** `2026-01-31`, in local time. */
  readonly day?: string;
  /** `null`: the client did not say. */
  readonly session?: string | null;
  /** `null`: the main conversation. */
  readonly agent?: string | null;
  /** First and last request of a session, ISO 8601. */
  readonly from?: string;
  readonly to?: string;
}

export interface UsageReport {
  readonly summary: UsageSummary;
  /** The most expensive first; days in their order. */
  readonly details: readonly UsageDetail[];
}

const DAY = `strftime('%Y-%m-%d', started_at / 1000, 'unixepoch', 'localtime')`;
const PERIOD = ', min(started_at) AS "from", max(started_at) AS "to"';

/** What each grouping selects, groups by and is sorted by. */
const GROUPS: Readonly<Record<Grouping, { fields: string; keys: string; order: string }>> = {
  model: { fields: 'base_url AS provider, model', keys: 'base_url, model', order: 'costUsd DESC' },
  provider: { fields: 'base_url AS provider', keys: 'base_url', order: 'costUsd DESC' },
  route: { fields: 'route', keys: 'route', order: 'costUsd DESC' },
  day: { fields: `${DAY} AS day`, keys: 'day', order: 'day' },
  session: { fields: `session${PERIOD}`, keys: 'session', order: '"to" DESC' },
  agent: { fields: `session, agent${PERIOD}`, keys: 'session, agent', order: '"to" DESC' },
};

const TOTALS = `count(*) AS requests,
  coalesce(sum(result NOT IN ('complete', 'client_gone')), 0) AS errors,
  coalesce(sum(input_tokens), 0) AS input,
  coalesce(sum(output_tokens), 0) AS output,
  coalesce(sum(cache_read_tokens), 0) AS cacheRead,
  coalesce(sum(cache_write_tokens), 0) AS cacheWrite,
  coalesce(sum(thinking_tokens), 0) AS thinking,
  coalesce(sum(cost_usd), 0) AS costUsd,
  coalesce(sum(cost_usd IS NULL), 0) AS unpriced`;

const WHERE = 'FROM requests WHERE started_at >= $since AND started_at < $until';

/** What was used in a period, as a whole and in groups. */
export function readReport(database: Database, { since, until, by }: ReportQuery): UsageReport {
  const period = { since: since ?? 0, until: until ?? Number.MAX_SAFE_INTEGER };
  const { fields, keys, order } = GROUPS[by];
  const details = database
    .query<Totals & Record<string, unknown>, typeof period>(
      `SELECT ${fields}, ${TOTALS} ${WHERE} GROUP BY ${keys} ORDER BY ${order}, requests DESC`,
    )
    .all(period);
  const totals = database.query<Totals, typeof period>(`SELECT ${TOTALS} ${WHERE}`).get(period);
  return { summary: summaryOf(totals ?? NOTHING), details: details.map(detailOf) };
}

/** The report of a database that isn't there yet. */
export const EMPTY_REPORT: () => UsageReport = () => ({ summary: summaryOf(NOTHING), details: [] });

const NOTHING: Totals = {
  requests: 0,
  errors: 0,
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  thinking: 0,
  costUsd: 0,
  unpriced: 0,
};

function summaryOf(totals: Totals): UsageSummary {
  return {
    totalRequests: totals.requests,
    totalErrors: totals.errors,
    totalInput: totals.input,
    totalOutput: totals.output,
    totalCacheRead: totals.cacheRead,
    totalCacheWrite: totals.cacheWrite,
    totalThinking: totals.thinking,
    totalCostUsd: dollars(totals.costUsd),
    totalUnpriced: totals.unpriced,
  };
}

function detailOf(row: Totals & Record<string, unknown>): UsageDetail {
  const { from, to, ...rest } = row;
  const period =
    typeof from === 'number' && typeof to === 'number'
      ? { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
      : {};
  return { ...rest, ...period, costUsd: dollars(row.costUsd) };
}

/** Sums of floating-point numbers carry noise far behind the smallest price of a token. */
function dollars(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
