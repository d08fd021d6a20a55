import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import type { CallRecord, CallSink } from '../telemetry/call-record.ts';
import type { Reply } from '../upstream/attempt.ts';

/** Hands a record of each call to the sinks, once its last byte went out or it failed. */
export function observe(sinks: readonly CallSink[]): Policy<Call, Reply> {
  const finish = (call: Call, end: Omit<CallRecord, 'call' | 'totalMs' | 'journal'>): void => {
    const { journal } = call;
    const record = { ...end, call, totalMs: journal.elapsedMs(), journal: journal.entries };
    for (const sink of sinks) sink(record);
  };
  return async (call, next) => {
    try {
      const reply = await next(call);
      const { target, status } = reply;
      const firstByteMs = call.journal.elapsedMs();
      call.journal.note({ kind: 'committed', target, status });
      void reply.outcome.then(({ result, usage }) =>
        finish(call, { target, result, status, usage, firstByteMs }),
      );
      return reply;
    } catch (error) {
      const failure = error instanceof GatewayError ? error : null;
      finish(call, {
        target: null,
        result: failure?.kind ?? 'internal',
        status: failure?.rule.status ?? 500,
        usage: null,
        firstByteMs: null,
        message: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  };
}
