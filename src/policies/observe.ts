import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../lib/clock.ts';
import { targetName } from '../providers/target.ts';
import type { RequestLog } from '../telemetry/log.ts';
import type { Reply } from '../upstream/attempt.ts';

export interface ObserveDeps {
  readonly clock: Clock;
  readonly log: RequestLog;
}

/** Writes one line for each call, once its last byte went out or it failed. */
export function observe({ clock, log }: ObserveDeps): Policy<Call, Reply> {
  return async (call, next) => {
    const startedAt = clock.now();
    const line = { id: call.id, endpoint: call.endpoint, model: call.model };
    try {
      const reply = await next(call);
      const target = targetName(reply.target, call.model);
      const firstByteMs = clock.now() - startedAt;
      void reply.outcome.then(({ result, usage }) =>
        log.request({
          ...line,
          target,
          result,
          status: reply.status,
          firstByteMs,
          totalMs: clock.now() - startedAt,
          usage,
        }),
      );
      return reply;
    } catch (error) {
      const failure = error instanceof GatewayError ? error : null;
      log.request({
        ...line,
        target: null,
        result: failure?.kind ?? 'internal',
        status: failure?.rule.status ?? 500,
        firstByteMs: null,
        totalMs: clock.now() - startedAt,
        usage: null,
        message: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  };
}
