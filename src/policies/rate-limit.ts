import { LRUCache } from 'lru-cache';
import { GatewayError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import { sessionOf } from '../core/session.ts';
import type { Clock } from '../lib/clock.ts';
import { FairBucket, type Limit } from '../lib/fair-bucket.ts';
import { targetHost } from '../providers/target.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';

const MAX_HOSTS = 1000;

/** Timers are this exact, in milliseconds. */
const TIMER_SLACK_MS = 1;

/** A bucket for each host that requests go to. */
export class Buckets {
  readonly #clock: Clock;
  readonly #buckets = new LRUCache<string, FairBucket>({ max: MAX_HOSTS });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(host: string, limit: Limit): FairBucket {
    let bucket = this.#buckets.get(host);
    if (bucket === undefined) {
      bucket = new FairBucket(limit, this.#clock);
      this.#buckets.set(host, bucket);
    }
    bucket.limit = limit;
    return bucket;
  }
}

export interface RateLimitSettings {
  /** `null`: no limit. */
  readonly limitOf: (host: string) => Limit | null;
  /** How long a request may wait for its turn; 0: not at all. */
  readonly maxWaitMs: number;
  /** As long a retry or fallback may wait at least, which is late anyway. */
  readonly lateWaitMs: number;
}

/**
 * Sends no more requests to a host than its limit allows. What can't go out now is refused with the
 * time after which it can, or waits for its turn where the configuration says so; turns go round
 * among the sessions. Counts of tokens cost nothing.
 *
 * @throws GatewayError `throttled`
 */
export function rateLimit(
  buckets: Buckets,
  { limitOf, maxWaitMs, lateWaitMs }: RateLimitSettings,
  clock: Clock,
): Policy<Attempt, Reply> {
  const limits = new Map<string, Limit | null>();
  const limitFor = (host: string): Limit | null => {
    let limit = limits.get(host);
    if (limit === undefined) {
      limit = limitOf(host);
      limits.set(host, limit);
    }
    return limit;
  };
  return async (attempt, next) => {
    const { call, target, isLate, deadlineAt } = attempt;
    if (call.endpoint !== 'messages' || target.provider.builtIn === true) return next(attempt);
    const host = targetHost(target);
    const limit = limitFor(host);
    if (limit === null) return next(attempt);
    const bucket = buckets.of(host, limit);
    let turn = bucket.take();
    if (turn.granted) return next(attempt);

    const patienceMs = Math.min(
      isLate ? Math.max(maxWaitMs, lateWaitMs) : maxWaitMs,
      deadlineAt - clock.now(),
    );
    call.journal.note({ kind: 'rate_limited', target, waitMs: turn.waitMs });
    if (patienceMs > 0) turn = await bucket.wait(sessionOf(call) ?? '', patienceMs, call.signal);
    if (call.signal.aborted) throw new GatewayError('client_gone', 'The client left.');
    if (turn.granted) return next(attempt);
    const waitMs = Math.ceil(turn.waitMs) + TIMER_SLACK_MS;
    throw new GatewayError(
      'throttled',
      `The gateway sends at most ${limit.rps} requests per second to ${host}, for route ${target.route}: ` +
        `wait ${waitMs} ms, or raise rateLimit.rps (CC_RATE_LIMIT_RPS) or rateLimit.maxWaitMs.`,
      { retryAfterMs: waitMs },
    );
  };
}
