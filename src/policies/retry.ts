import { GatewayError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import { backoffMs, type BackoffOptions } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { pause } from '../lib/pause.ts';
import { targetHost, type Target } from '../providers/target.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface RetrySettings extends BackoffOptions {
  /** Per target, the first one included. */
  readonly maxAttempts: number;
}

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly budget: RetryBudget;
  /** Whether the target failed so often by now that another try would be in vain. */
  readonly isDown: (target: Target) => boolean;
}

/**
 * Tries the same target again after a failure that may pass: a status such as 429 or 503, a broken
 * connection, an error under status 200. It happens before the commit point only, because `next`
 * resolves there.
 *
 * The upstream's `retry-after` is waited for, up to `maxDelayMs`; a longer one is left to the next
 * target, and to the client. A rate limit that names its end costs no budget: the upstream asked for
 * the retry.
 */
export function retry(settings: RetrySettings, deps: RetryDeps): Policy<Attempt, Reply> {
  const { clock, random, budget, isDown } = deps;

  /** The wait before the next try, in milliseconds; `null`: there is none. */
  const nextDelayMs = (error: GatewayError, attempt: Attempt): number | null => {
    const { call, target, number, lastResort, deadlineAt } = attempt;
    if (!error.worthRetry || number >= settings.maxAttempts) return null;
    if (call.signal.aborted || (isDown(target) && !lastResort)) return null;
    const { kind, retryAfterMs } = error;
    if (retryAfterMs !== undefined && retryAfterMs > settings.maxDelayMs) return null;
    // The first break of a connection may be a kept-alive one that was closed just now.
    const isStale = kind === 'connection_lost' && number === 1;
    const delayMs = isStale ? 0 : Math.max(retryAfterMs ?? 0, backoffMs(number, settings, random));
    if (clock.now() + delayMs >= deadlineAt) return null;
    const invited = kind === 'rate_limited' && retryAfterMs !== undefined;
    return invited || budget.spend(targetHost(target)) ? delayMs : null;
  };

  return async (first, next) => {
    const { call, target } = first;
    // A count of tokens isn't worth a wait: the gateway can estimate it.
    if (call.endpoint !== 'messages') return next(first);
    budget.earn(targetHost(target));
    let failure: GatewayError | null = null;
    for (
      let attempt = first;
      ;
      attempt = { ...attempt, number: attempt.number + 1, isLate: true }
    ) {
      try {
        return await next(attempt);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        if (failure !== null && error.rule.unsent === true) throw failure;
        failure = error;
        const delayMs = nextDelayMs(error, attempt);
        if (delayMs === null) throw error;
        call.journal.note({ kind: 'retry', target, delayMs });
        if (delayMs > 0) await pause(clock, delayMs, call.signal);
        if (call.signal.aborted) throw new GatewayError('client_gone', 'The client left.');
      }
    }
  };
}
