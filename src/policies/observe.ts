import type { Call } from '../core/call.ts';
import { clientStatus, GatewayError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import { agentOf, sessionOf } from '../core/session.ts';
import type { CallRecord, CallSink } from '../telemetry/call-record.ts';
import type { Reply } from '../upstream/attempt.ts';

/**
 * Hands a record of each call to the sinks, once its last byte went out or it failed.
 * @param wallClock milliseconds since 1970
 */
export function observe(
  sinks: readonly CallSink[],
  wallClock: () => number = Date.now,
): Policy<Call, Reply> {
  const finish = (
    call: Call,
    end: Omit<CallRecord, 'call' | 'startedAt' | 'totalMs' | 'journal'>,
  ): void => {
    const { id, endpoint, model, stream, client, body, journal } = call;
    const totalMs = journal.elapsedMs();
    const record: CallRecord = {
      ...end,
      call: {
        id,
        endpoint,
        model,
        stream,
        client,
        body,
        session: sessionOf(call),
        agent: agentOf(call),
      },
      startedAt: wallClock() - totalMs,
      totalMs,
      journal: journal.entries,
    };
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
    } catch (thrown) {
      const error =
        thrown instanceof GatewayError ? thrown : new GatewayError('internal', String(thrown));
      finish(call, {
        target: null,
        result: error.kind,
        status: clientStatus(error, call.client),
        usage: null,
        firstByteMs: null,
        message: error.message,
      });
      throw thrown;
    }
  };
}
