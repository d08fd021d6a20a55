import { routedTo, type CallRecord } from '../telemetry/call-record.ts';

/** One call in the usage database: the columns of `requests`, in their order. */
export interface UsageRow {
  /** `req_…` */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly started_at: number;
  readonly session: string | null;
  readonly agent: string | null;
  readonly client: string;
  readonly route: string;
  readonly provider: string;
  readonly base_url: string;
  /** The upstream's id. */
  readonly model: string;
  readonly stream: number;
  readonly status: number;
  readonly result: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  /** `null`: the upstream didn't say. */
  readonly thinking_tokens: number | null;
  /** `null`: there are tokens, but no price is known. */
  readonly cost_usd: number | null;
  readonly first_byte_ms: number | null;
  readonly total_ms: number;
  readonly attempts: number;
}

/** Model names that a client chose (`claude-…`) are cut. */
const MAX_MODEL_CHARS = 128;

/**
 * A call as a row. `null`: there is nothing to account for, because its model led nowhere, or it
 * only counted tokens, which costs nothing anywhere.
 */
export function usageRow(record: CallRecord): UsageRow | null {
  const { call, usage, costUsd, journal } = record;
  const target = routedTo(record);
  if (target === null || call.endpoint !== 'messages') return null;
  return {
    id: call.id,
    started_at: Math.round(record.startedAt),
    session: call.session,
    agent: call.agent,
    client: call.client,
    route: target.route,
    provider: target.provider.name,
    base_url: target.baseURL,
    model: (target.model ?? call.model).slice(0, MAX_MODEL_CHARS),
    stream: Number(call.stream),
    status: record.status,
    result: record.result,
    input_tokens: count(usage?.inputTokens),
    output_tokens: count(usage?.outputTokens),
    cache_read_tokens: count(usage?.cacheReadTokens),
    cache_write_tokens: count(usage?.cacheWriteTokens),
    thinking_tokens: usage?.thinkingTokens === undefined ? null : count(usage.thinkingTokens),
    cost_usd: usage === null ? 0 : costUsd,
    first_byte_ms: record.firstByteMs === null ? null : Math.round(record.firstByteMs),
    total_ms: Math.round(record.totalMs),
    attempts: journal.filter(({ kind }) => kind === 'attempt').length,
  };
}

/** Upstreams say odd things; a column holds whole numbers. */
function count(value = 0): number {
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}
