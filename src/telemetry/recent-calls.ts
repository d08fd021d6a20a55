import type { JournalEntry, TargetRef } from '../core/journal.ts';
import { redact } from '../lib/redact.ts';
import { targetName } from '../providers/target.ts';
import type { CallRecord, CallSink } from './call-record.ts';
import { summarizeCall, tenths, type CallSummary } from './call-summary.ts';

/** About 2 kB each. */
const MAX_CALLS = 500;

/** A turn of Claude Code has about 100 kB. */
const MAX_BODIES_BYTES = 33_554_432;

/** One step on a call's way, as people and `cc-route` are told of it. */
export interface TimelineStep {
  /** Milliseconds since the call came. */
  readonly atMs: number;
  readonly step: JournalEntry['kind'];
  /** Where it happened; of a fallback, what it turned to. */
  readonly route: string;
  /** `provider/model` */
  readonly target: string;
  /** More about it, by the kind of step: an error's kind and text, a status, a wait. */
  readonly details: Readonly<Record<string, string | number | null>>;
}

/** A call at its end, and what happened on its way. */
export interface RecentCall extends CallSummary {
  readonly timeline: readonly TimelineStep[];
  /** What the client sent, where it is kept and was asked for. */
  readonly body?: string;
}

export interface RecentCallsOptions {
  readonly maxCalls?: number;
  readonly maxBodiesBytes?: number;
  /** Whether what a call says is kept; looked at for each one. */
  readonly keepsBodies?: () => boolean;
}

/** Which calls are wanted; what is absent excludes nothing. */
export interface RecentQuery {
  readonly limit: number;
  /** Part of the model's name, as the client, the route or the provider calls it. */
  readonly model?: string | undefined;
  readonly session?: string | undefined;
  /** Only those that failed. */
  readonly failed?: boolean | undefined;
}

/**
 * The last calls, in memory: who answered, how fast, and why not at the first try. No header is in
 * it, and nothing that was said unless somebody wants that.
 */
export class RecentCalls {
  readonly #records: CallRecord[] = [];
  readonly #max: number;
  readonly #bodies: Bodies;
  readonly #keepsBodies: () => boolean;
  #next = 0;

  constructor(options: RecentCallsOptions = {}) {
    this.#max = options.maxCalls ?? MAX_CALLS;
    this.#bodies = new Bodies(options.maxBodiesBytes ?? MAX_BODIES_BYTES);
    this.#keepsBodies = options.keepsBodies ?? (() => false);
  }

  /** Keeps the record; it is put into words when somebody asks. */
  readonly sink: CallSink = (record, body) => {
    if (this.#keepsBodies()) this.#bodies.add(record.call.id, body);
    else this.#bodies.clear();
    this.#records[this.#next] = record;
    this.#next = (this.#next + 1) % this.#max;
  };

  /** The newest first. */
  list({ limit, model, session, failed }: RecentQuery): RecentCall[] {
    const found: RecentCall[] = [];
    for (const record of this.#newestFirst()) {
      if (found.length >= limit) break;
      if (failed === true && (record.result === 'complete' || record.result === 'client_gone')) {
        continue;
      }
      if (session !== undefined && record.call.session !== session) continue;
      const call = tell(record);
      if (model === undefined || namesOf(call).includes(model.toLowerCase())) found.push(call);
    }
    return found;
  }

  find(id: string): RecentCall | undefined {
    for (const record of this.#newestFirst()) if (record.call.id === id) return tell(record);
    return undefined;
  }

  /** What a client sent, without what looks like a key; `undefined`: it isn't kept. */
  bodyOf(id: string): string | undefined {
    const body = this.#keepsBodies() ? this.#bodies.get(id) : undefined;
    return body === undefined ? undefined : redact(Buffer.from(body).toString('utf8'));
  }

  *#newestFirst(): Generator<CallRecord> {
    for (let back = 1; back <= this.#records.length; back++) {
      const record = this.#records[(this.#next - back + this.#max) % this.#max];
      if (record !== undefined) yield record;
    }
  }
}

/** Bodies of calls, the oldest of which go when there are too many bytes. */
class Bodies {
  readonly #byId = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(id: string, body: Uint8Array): void {
    this.#byId.set(id, body);
    this.#bytes += body.byteLength;
    for (const [oldest, { byteLength }] of this.#byId) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#byId.delete(oldest);
      this.#bytes -= byteLength;
    }
  }

  get(id: string): Uint8Array | undefined {
    return this.#byId.get(id);
  }

  clear(): void {
    this.#byId.clear();
    this.#bytes = 0;
  }
}

function tell(record: CallRecord): RecentCall {
  const summary = summarizeCall(record);
  return {
    ...summary,
    error: summary.error === null ? null : redact(summary.error),
    timeline: record.journal.map((entry) => stepOf(entry, summary.model)),
  };
}

function namesOf({ model, route, target }: CallSummary): string {
  return `${model} ${route ?? ''} ${target ?? ''}`.toLowerCase();
}

function stepOf(entry: JournalEntry, model: string): TimelineStep {
  const place = (target: TargetRef) => ({ route: target.route, target: targetName(target, model) });
  const at = { atMs: tenths(entry.atMs), step: entry.kind };
  switch (entry.kind) {
    case 'fallback': {
      const from = place(entry.from);
      const details = { fromRoute: from.route, fromTarget: from.target };
      return { ...at, ...place(entry.to), details };
    }
    case 'failed': {
      const { error, status, message } = entry;
      return {
        ...at,
        ...place(entry.target),
        details: { error, status, message: redact(message) },
      };
    }
    case 'routed':
      return { ...at, ...place(entry.target), details: { scenario: entry.scenario } };
    case 'retry':
      return { ...at, ...place(entry.target), details: { delayMs: tenths(entry.delayMs) } };
    case 'rate_limited':
      return { ...at, ...place(entry.target), details: { waitMs: tenths(entry.waitMs) } };
    case 'repair':
      return { ...at, ...place(entry.target), details: { what: entry.what } };
    case 'cache':
      return { ...at, ...place(entry.target), details: { result: entry.result } };
    case 'committed':
      return { ...at, ...place(entry.target), details: { status: entry.status } };
    case 'attempt':
    case 'circuit_open':
      return { ...at, ...place(entry.target), details: {} };
  }
}
