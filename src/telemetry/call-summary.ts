import type { JournalEntry } from '../core/journal.ts';
import { targetName } from '../providers/target.ts';
import { routedTo, type CallRecord } from './call-record.ts';

/** A call in a few fields, for log lines that machines read and for the list of recent calls. */
export interface CallSummary {
  readonly id: string;
  /** When it came, ISO 8601. */
  readonly at: string;
  readonly endpoint: 'messages' | 'count_tokens';
  /** The name that the client asked for, cut where it is longer than any real one. */
  readonly model: string;
  /** Where the name led; `null`: nowhere. */
  readonly route: string | null;
  readonly provider: string | null;
  /** `provider/model` as in `x-cc-route-target`: who answered, or was to answer. */
  readonly target: string | null;
  readonly stream: boolean;
  readonly client: 'claude-code' | 'other';
  readonly session: string | null;
  readonly agent: string | null;
  readonly status: number;
  /** `complete`, `failed` (in mid-answer), `client_gone`, or the kind of error. */
  readonly result: string;
  /** Requests that went to upstreams. */
  readonly attempts: number;
  /** `null`: the call could not be answered from the cache. */
  readonly cache: 'hit' | 'miss' | 'skip' | 'shared' | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
  readonly usage: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    /** Part of the output; `null`: the upstream didn't say. */
    readonly thinking: number | null;
  } | null;
  readonly costUsd: number | null;
  /** Why it failed. */
  readonly error: string | null;
}

/** Longer ones are no names of models. */
const MAX_MODEL_CHARS = 200;

export function summarizeCall(record: CallRecord): CallSummary {
  const { call, usage, journal } = record;
  const { id, endpoint, stream, client, session, agent } = call;
  const model = call.model.slice(0, MAX_MODEL_CHARS);
  const target = routedTo(record);
  return {
    id,
    at: new Date(record.startedAt).toISOString(),
    endpoint,
    model,
    route: target?.route ?? null,
    provider: target?.provider.name ?? null,
    target: target === null ? null : targetName(target, model),
    stream,
    client,
    session,
    agent,
    status: record.status,
    result: record.result,
    attempts: journal.filter(({ kind }) => kind === 'attempt').length,
    cache: cacheResult(journal),
    firstByteMs: record.firstByteMs === null ? null : tenths(record.firstByteMs),
    totalMs: tenths(record.totalMs),
    usage:
      usage === null
        ? null
        : {
            input: usage.inputTokens,
            output: usage.outputTokens,
            cacheRead: usage.cacheReadTokens,
            cacheWrite: usage.cacheWriteTokens,
            thinking: usage.thinkingTokens ?? null,
          },
    costUsd: record.costUsd,
    error: record.message ?? null,
  };
}

/** What the upstream refused and got otherwise, in the words of a route's `compat`. */
export function repairsOf({ journal }: Pick<CallRecord, 'journal'>): string[] {
  return journal.flatMap((step) => (step.kind === 'repair' ? [step.what] : []));
}

function cacheResult(journal: readonly JournalEntry[]): CallSummary['cache'] {
  const step = journal.findLast(({ kind }) => kind === 'cache');
  return step?.kind === 'cache' ? step.result : null;
}

/** Milliseconds with one digit behind the point. */
export const tenths = (ms: number): number => Math.round(ms * 10) / 10;
