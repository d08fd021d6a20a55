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
  const nextDelayMs = (error: GatewayError, attempt: Attempt, isStale: boolean): number | null => {
    const { call, target, number, lastResort, deadlineAt } = attempt;
    if (!error.worthRetry || call.signal.aborted) return null;
    // A count of tokens isn't worth a wait: the gateway can estimate it.
    const maxAttempts = call.endpoint === 'messages' ? settings.maxAttempts : 1;
    if (!isStale && number >= maxAttempts) return null;
    if (isDown(target) && !lastResort) return null;
    const { rule, retryAfterMs } = error;
    if (retryAfterMs !== undefined && retryAfterMs > settings.maxDelayMs) return null;
    const delayMs = isStale ? 0 : Math.max(retryAfterMs ?? 0, backoffMs(number, settings, random));
    if (clock.now() + delayMs >= deadlineAt) return null;
    const isInvited = rule.invitesRetry === true && retryAfterMs !== undefined;
    return isInvited || budget.spend(targetHost(target)) ? delayMs : null;
  };

  return async (first, next) => {
    const { call, target } = first;
    budget.earn(targetHost(target));
    let { number } = first;
    let failure: GatewayError | null = null;
    let mayBeStale = true;
    for (;;) {
      const attempt = failure === null ? first : { ...first, number, isLate: true };
      try {
        return await next(attempt);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        if (failure !== null && error.rule.unsent === true) throw failure;
        failure = error;
        const isStale = mayBeStale && error.rule.maybeStale === true;
        const delayMs = nextDelayMs(error, attempt, isStale);
        if (delayMs === null) throw error;
        call.journal.note({ kind: 'retry', target, delayMs });
        if (delayMs > 0) await pause(clock, delayMs, call.signal);
        if (call.signal.aborted) throw new GatewayError('client_gone', 'The client left.');
        if (isStale) mayBeStale = false;
        else number += 1;
      }
    }
  };
}
