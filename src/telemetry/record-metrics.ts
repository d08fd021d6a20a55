import type { Endpoint } from '../core/call.ts';
import type { JournalEntry, TargetRef } from '../core/journal.ts';
import { routedTo, type CallRecord } from './call-record.ts';
import type { Instruments } from './instruments.ts';
import type { Count, Distribution } from './series.ts';

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

interface TargetLabels {
  readonly provider: string;
  /** A model is named by its route: the upstream's id may be a name that a client chose. */
  readonly model: string;
}

/** Turns what has happened into metrics. */
export class MetricsRecorder {
  readonly #instruments: Instruments;
  readonly #byTarget = new WeakMap<TargetRef, TargetSeries>();
  readonly #nowhere: TargetSeries;

  constructor(instruments: Instruments) {
    this.#instruments = instruments;
    this.#nowhere = new TargetSeries(instruments, NONE);
  }

  request({ method, path, status, durationMs }: PlainRequest): void {
    const labels = { method, path, ...NONE, status };
    this.#instruments.requests.with(labels).value += 1;
    this.#instruments.duration.with(labels).observe(durationMs);
  }

  call(record: CallRecord): void {
    const { call, status, result, usage, costUsd, firstByteMs } = record;
    const series = this.#seriesOf(routedTo(record));
    const { requests, duration } = series.answered(call.endpoint, status);
    requests.value += 1;
    duration.observe(record.totalMs);
    if (firstByteMs !== null) series.firstByte.observe(firstByteMs / 1000);
    if (result !== 'complete' && result !== 'client_gone') {
      const kind = result === 'failed' ? 'mid_stream' : result;
      this.#instruments.failures.with({ ...series.labels, kind }).value += 1;
    }
    if (usage !== null) {
      const { input, output, read, written } = series.tokens;
      input.value += usage.inputTokens;
      output.value += usage.outputTokens;
      read.value += usage.cacheReadTokens;
      written.value += usage.cacheWriteTokens;
      if (usage.thinkingTokens !== undefined) {
        this.#instruments.thinkingTokens.with(series.labels).value += usage.thinkingTokens;
      }
    }
    if (costUsd !== null) this.#instruments.cost.with(series.labels).value += costUsd;
    for (const entry of record.journal) this.#step(entry);
  }

  #step(entry: JournalEntry): void {
    const instruments = this.#instruments;
    switch (entry.kind) {
      case 'failed':
        instruments.upstreamErrors.with({
          ...labelsOf(entry.target),
          kind: entry.error,
        }).value += 1;
        break;
      case 'retry':
        instruments.retries.with(labelsOf(entry.target)).value += 1;
        break;
      case 'fallback':
        instruments.fallbacks.with({
          from_model: entry.from.route,
          to_model: entry.to.route,
        }).value += 1;
        break;
      case 'circuit_open':
        instruments.circuitSkips.with(labelsOf(entry.target)).value += 1;
        break;
      case 'rate_limited':
        instruments.rateLimited.with({ provider: entry.target.provider.name }).value += 1;
        break;
      case 'repair':
        instruments.repairs.with(labelsOf(entry.target)).value += 1;
        break;
      case 'cache':
        if (entry.result === 'miss')
          instruments.cacheMisses.with(labelsOf(entry.target)).value += 1;
        else if (entry.result !== 'skip') {
          instruments.cacheHits.with(labelsOf(entry.target)).value += 1;
        }
        break;
      case 'routed':
      case 'attempt':
      case 'committed':
        break;
    }
  }

  #seriesOf(target: TargetRef | null): TargetSeries {
    if (target === null) return this.#nowhere;
    let series = this.#byTarget.get(target);
    if (series === undefined) {
      series = new TargetSeries(this.#instruments, labelsOf(target));
      this.#byTarget.set(target, series);
    }
    return series;
  }
}

interface Answered {
  readonly requests: Count;
  readonly duration: Distribution;
}

/** The series that nearly every call to a target counts in, found once. */
class TargetSeries {
  readonly labels: TargetLabels;
  readonly #instruments: Instruments;
  /** By endpoint, and there by status. */
  readonly #answered: Readonly<Record<Endpoint, Map<number, Answered>>> = {
    messages: new Map(),
    count_tokens: new Map(),
  };
  #firstByte: Distribution | null = null;
  #tokens: Readonly<Record<'input' | 'output' | 'read' | 'written', Count>> | null = null;

  constructor(instruments: Instruments, labels: TargetLabels) {
    this.#instruments = instruments;
    this.labels = labels;
  }

  answered(endpoint: Endpoint, status: number): Answered {
    const byStatus = this.#answered[endpoint];
    let found = byStatus.get(status);
    if (found === undefined) {
      const labels = { method: 'POST', path: PATHS[endpoint], ...this.labels, status };
      const { requests, duration } = this.#instruments;
      found = { requests: requests.with(labels), duration: duration.with(labels) };
      byStatus.set(status, found);
    }
    return found;
  }

  get firstByte(): Distribution {
    return (this.#firstByte ??= this.#instruments.firstByte.with(this.labels));
  }

  get tokens() {
    const { tokens, cacheTokens } = this.#instruments;
    return (this.#tokens ??= {
      input: tokens.with({ ...this.labels, direction: 'input' }),
      output: tokens.with({ ...this.labels, direction: 'output' }),
      read: cacheTokens.with({ ...this.labels, operation: 'read' }),
      written: cacheTokens.with({ ...this.labels, operation: 'write' }),
    });
  }
}

function labelsOf(target: TargetRef): TargetLabels {
  return { provider: target.provider.name, model: target.route };
}
