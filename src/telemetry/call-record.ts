import type { Call } from '../core/call.ts';
import type { ErrorKind } from '../core/errors.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Usage } from '../core/messages.ts';
import type { Target } from '../providers/target.ts';

/**
 * One call at its end, once its last byte went out or it failed. The log line, the metrics, the
 * usage table and the recent-requests ring are made from it; nobody writes a header or any content
 * of it down.
 */
export interface CallRecord {
  readonly call: Pick<Call, 'id' | 'endpoint' | 'model' | 'stream' | 'client' | 'headers' | 'body'>;
  /** Who answered; `null` where none did. */
  readonly target: Target | null;
  /** `failed`: after the commit point. An {@link ErrorKind}: before it. */
  readonly result: 'complete' | 'failed' | 'client_gone' | ErrorKind;
  /** The status that the client got. */
  readonly status: number;
  readonly usage: Usage | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
  /** The error's text, where it failed before the commit point. */
  readonly message?: string;
  readonly journal: readonly JournalEntry[];
}

/** Takes a record off the request's path; it must be quick and must not throw. */
export type CallSink = (record: CallRecord) => void;
