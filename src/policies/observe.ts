import type { Call } from '../core/call.ts';
import { clientStatus, GatewayError } from '../core/errors.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Policy } from '../core/policy.ts';
import { agentOf, sessionOf } from '../core/session.ts';
import type { CallRecord, CallSink } from '../telemetry/call-record.ts';
import type { Reply } from '../upstream/attempt.ts';
import { costOf, pricingOf } from '../usage/cost.ts';

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
    end: Omit<CallRecord, 'call' | 'startedAt' | 'totalMs' | 'journal' | 'costUsd'>,
  ): void => {
    const { id, endpoint, model, stream, client, journal } = call;
    const totalMs = journal.elapsedMs();
    const usage = isSecondHand(journal.entries) ? null : end.usage;
    const pricing = end.target === null ? undefined : pricingOf(end.target, model);
    const record: CallRecord = {
      ...end,
      usage,
      costUsd: usage === null || pricing === undefined ? null : costOf(usage, pricing),
      call: {
        id,
        endpoint,
        model,
        stream,
        client,
        session: sessionOf(call),
        agent: agentOf(call),
      },
      startedAt: wallClock() - totalMs,
      totalMs,
      journal: journal.entries,
    };
    for (const sink of sinks) sink(record, call.body);
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

/** The answer was made, and counted, for another call. */
function isSecondHand(journal: readonly JournalEntry[]): boolean {
  return journal.some(
    (entry) => entry.kind === 'cache' && (entry.result === 'hit' || entry.result === 'shared'),
  );
}
