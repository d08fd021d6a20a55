import type { JournalEntry, TargetRef } from '../core/journal.ts';
import { routedTo, type CallRecord } from './call-record.ts';
import type { Instruments } from './instruments.ts';

/** Stands for what no route has: a made-up model's name, a health check. */
const NONE = { provider: 'none', model: 'none' } as const;

const PATHS = { messages: '/v1/messages', count_tokens: '/v1/messages/count_tokens' } as const;

/** A request that was no call: a health check, a list of models, one that was refused. */
export interface PlainRequest {
  readonly method: string;
  /** The pattern of its path, from a closed set. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
}

export function countRequest(instruments: Instruments, request: PlainRequest): void {
  const { method, path, status, durationMs } = request;
  const labels = { method, path, ...NONE, status };
  instruments.requests.inc(labels);
  instruments.duration.observe(labels, durationMs);
}

/** Turns one call into metrics. */
export function countCall(instruments: Instruments, record: CallRecord): void {
  const { call, status, result, usage, costUsd } = record;
  const target = labelsOf(routedTo(record));
  const labels = { method: 'POST', path: PATHS[call.endpoint], ...target, status };
  instruments.requests.inc(labels);
  instruments.duration.observe(labels, record.totalMs);
  if (record.firstByteMs !== null) {
    instruments.firstByte.observe(target, record.firstByteMs / 1000);
  }
  if (result !== 'complete' && result !== 'client_gone') {
    instruments.failures.inc({ ...target, kind: result === 'failed' ? 'mid_stream' : result });
  }
  if (usage !== null) {
    instruments.tokens.inc({ ...target, direction: 'input' }, usage.inputTokens);
    instruments.tokens.inc({ ...target, direction: 'output' }, usage.outputTokens);
    const { cacheTokens } = instruments;
    cacheTokens.inc({ ...target, operation: 'read' }, usage.cacheReadTokens);
    cacheTokens.inc({ ...target, operation: 'write' }, usage.cacheWriteTokens);
    if (usage.thinkingTokens !== undefined) {
      instruments.thinkingTokens.inc(target, usage.thinkingTokens);
    }
  }
  if (costUsd !== null) instruments.cost.inc(target, costUsd);
  for (const entry of record.journal) countStep(instruments, entry);
}

function countStep(instruments: Instruments, entry: JournalEntry): void {
  switch (entry.kind) {
    case 'failed':
      instruments.upstreamErrors.inc({ ...labelsOf(entry.target), kind: entry.error });
      break;
    case 'retry':
      instruments.retries.inc(labelsOf(entry.target));
      break;
    case 'fallback':
      instruments.fallbacks.inc({ from_model: entry.from.route, to_model: entry.to.route });
      break;
    case 'circuit_open':
      instruments.circuitSkips.inc(labelsOf(entry.target));
      break;
    case 'rate_limited':
      instruments.rateLimited.inc({ provider: entry.target.provider.name });
      break;
    case 'repair':
      instruments.repairs.inc(labelsOf(entry.target));
      break;
    case 'cache':
      if (entry.result === 'miss') instruments.cacheMisses.inc(labelsOf(entry.target));
      else if (entry.result !== 'skip') instruments.cacheHits.inc(labelsOf(entry.target));
      break;
    case 'routed':
    case 'attempt':
    case 'committed':
      break;
  }
}

/** A model is named by its route: the upstream's id may be a name that a client chose. */
function labelsOf(target: TargetRef | null): { provider: string; model: string } {
  return target === null ? NONE : { provider: target.provider.name, model: target.route };
}
