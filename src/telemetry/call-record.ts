import type { Call } from '../core/call.ts';
import type { ErrorKind } from '../core/errors.ts';
import type { JournalEntry, TargetRef } from '../core/journal.ts';
import type { Usage } from '../core/messages.ts';
import type { Target } from '../providers/target.ts';

/**
 * One call at its end, once its last byte went out or it failed. The log line, the metrics, the
 * usage table and the recent-requests ring are made from it; nobody writes a header or any content
 * of it down.
 */
export interface CallRecord {
  readonly call: Pick<Call, 'id' | 'endpoint' | 'model' | 'stream' | 'client'> & {
    /** Which conversation it belongs to, and which subagent of it made it. */
    readonly session: string | null;
    readonly agent: string | null;
  };
  /** When the call came, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Who answered; `null` where none did. */
  readonly target: Target | null;
  /** `failed`: after the commit point. An {@link ErrorKind}: before it. */
  readonly result: CallResult;
  /** The status that the client got. */
  readonly status: number;
  /** What was used for this call; `null`: nothing, as for a cached answer, or nobody counted. */
  readonly usage: Usage | null;
  /** In USD; `null`: there is no usage, or the model's price isn't known. */
  readonly costUsd: number | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
  /** The error's text, where it failed before the commit point. */
  readonly message?: string;
  readonly journal: readonly JournalEntry[];
}

type CallResult = 'complete' | 'failed' | 'client_gone' | ErrorKind;

/** Takes a record, to keep where it wants to. It must be quick and must not throw. */
export type RecordSink = (record: CallRecord) => void;

/** A {@link RecordSink} that looks at what the client sent, too. */
export type CallSink = (record: CallRecord, body: Uint8Array) => void;

/**
 * Who answered, or who was to answer; `null` where the model's name led nowhere. What names and
 * labels are made of: all of it comes from the configuration.
 */
export function routedTo({ target, journal }: CallRecord): TargetRef | null {
  if (target !== null) return target;
  const step = journal.findLast((entry) => entry.kind === 'attempt' || entry.kind === 'routed');
  return step?.target ?? null;
}
