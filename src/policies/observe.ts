import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../lib/clock.ts';
import { targetName, type Target } from '../providers/target.ts';
import type { RequestLog } from '../telemetry/log.ts';
import type { Reply } from '../upstream/attempt.ts';

export interface ObserveDeps {
  readonly clock: Clock;
  readonly log: RequestLog;
}

interface Observed {
  readonly call: Call;
  readonly resolution: { readonly targets: readonly [Target, ...Target[]] };
}

/** Writes one line for each call, once its last byte went out or it failed. */
export function observe<Input extends Observed>({ clock, log }: ObserveDeps): Policy<Input, Reply> {
  return async (input, next) => {
    const { call, resolution } = input;
    const startedAt = clock.now();
    const line = { id: call.id, endpoint: call.endpoint, model: call.model };
    try {
      const reply = await next(input);
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
      const kind = error instanceof GatewayError ? error.kind : 'internal';
      log.request({
        ...line,
        target: targetName(resolution.targets[0], call.model),
        result: kind,
        status: error instanceof GatewayError ? error.rule.status : 500,
        firstByteMs: null,
        totalMs: clock.now() - startedAt,
        usage: null,
        message: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  };
}
