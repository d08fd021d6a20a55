import { GatewayError } from '../core/errors.ts';
import type { Handler, Policy } from '../core/policy.ts';
import type { Clock } from '../lib/clock.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import type { KeyRing } from './key-ring.ts';

/**
 * Lets the keys of a route take turns. One that is refused, out of credit or at its limit rests, and
 * the next one goes on at once. Where all are at their limit, nothing is sent before the first one
 * may go on; where all were refused, one is tried all the same, since a person may have mended it.
 *
 * A key that a command prints is printed anew when it is refused: tokens of that kind expire.
 *
 * @throws GatewayError what the last key brought, or `rate_limited` with the time until the first
 * one is free
 */
export function keys(ring: KeyRing, clock: Clock): Policy<Attempt, Reply> {
  return async (attempt, next) => {
    const { call, target } = attempt;
    const { credential } = target;
    if (credential.kind === 'command') return withFreshKey(attempt, next);
    if (credential.kind !== 'keys') return next(attempt);
    const waiting = ring.order(call, target, credential.keys);
    if (waiting.length === 0) {
      const first = ring.firstBack(target, credential.keys);
      if (first.error.rule.retry) throw allAtLimit(attempt, first.until - clock.now());
      waiting.push(first);
    }
    let failure: GatewayError | null = null;
    for (const keyed of waiting) {
      try {
        const reply = await withFreshKey({ ...attempt, target: keyed.target }, next);
        ring.worked(call, keyed);
        return reply;
      } catch (error) {
        if (!(error instanceof GatewayError) || error.rule.keyRestMs === undefined) throw error;
        ring.rest(keyed, error);
        failure = error;
      }
    }
    throw failure ?? new Error('no key was tried');
  };
}

/** Once more where a command's key was refused: {@link send} has forgotten it. */
async function withFreshKey(attempt: Attempt, next: Handler<Attempt, Reply>): Promise<Reply> {
  try {
    return await next(attempt);
  } catch (error) {
    const isStale =
      error instanceof GatewayError &&
      error.kind === 'upstream_unauthorized' &&
      attempt.target.credential.kind === 'command';
    if (!isStale) throw error;
    return next(attempt);
  }
}

function allAtLimit({ target }: Attempt, waitMs: number): GatewayError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new GatewayError(
    'rate_limited',
    `All keys of route ${target.route} are at their limit at ${target.provider.label}: the first one ` +
      `is free in ${seconds} s. Wait, add another key to modelRoutes["${target.route}"].authToken, or choose another model.`,
    { retryAfterMs: Math.max(0, waitMs) },
  );
}
