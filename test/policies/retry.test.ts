import { describe, expect, test } from 'bun:test';
import { GatewayError, type ErrorKind, type GatewayErrorOptions } from '../../src/core/errors.ts';
import { retry, type RetrySettings } from '../../src/policies/retry.ts';
import { RetryBudget } from '../../src/policies/retry-budget.ts';
import type { Attempt, Reply } from '../../src/upstream/attempt.ts';
import { testAttempt } from '../support/attempt.ts';
import { testCall } from '../support/call.ts';
import { FakeClock } from '../support/fake-clock.ts';

const REPLY = { status: 200 } as Reply;
const SETTINGS: RetrySettings = { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 8000 };

const failure = (kind: ErrorKind, options: GatewayErrorOptions = {}) =>
  new GatewayError(kind, `${kind}.`, options);

/** Attempts that end as the script says, one after the other, and what came of them. */
function lab(script: readonly (GatewayError | 'ok')[], changes: Partial<Attempt> = {}) {
  const clock = new FakeClock();
  const client = new AbortController();
  const call = testCall({}, { clock, signal: client.signal });
  const started: number[] = [];
  const numbers: number[] = [];
  const budget = new RetryBudget();
  const next = async (attempt: Attempt): Promise<Reply> => {
    started.push(clock.now());
    numbers.push(attempt.number);
    const step = script[started.length - 1] ?? script.at(-1) ?? 'ok';
    if (step === 'ok') return REPLY;
    throw step;
  };
  const run = (settings = SETTINGS, isDown = () => false, random = () => 0.5) =>
    retry(settings, { clock, random, budget, isDown })(testAttempt({ call, ...changes }), next);
  /** Runs to the end, and says what it was. */
  const end = async (...options: Parameters<typeof run>): Promise<string> => {
    const result = run(...options).then(
      (reply) => String(reply.status),
      (error: GatewayError) => error.kind,
    );
    return clock.until(result, 500);
  };
  return { clock, client, call, started, numbers, budget, run, end };
}

describe('retry', () => {
  test.each([
    'rate_limited',
    'overloaded',
    'upstream_failed',
    'upstream_timeout',
    'unreachable',
    'connection_lost',
    'truncated_reply',
    'malformed_reply',
  ] as const)('%s is tried again', async (kind) => {
    const one = lab([failure(kind), 'ok']);
    expect(await one.end()).toBe('200');
    expect(one.numbers).toHaveLength(2);
    expect(one.call.journal.entries.map((entry) => entry.kind)).toEqual(['retry']);
  });

  test.each([
    'upstream_bad_request',
    'upstream_unauthorized',
    'upstream_billing',
    'context_overflow',
    'connect_timeout',
    'upstream_silent',
    'client_gone',
    'internal',
  ] as const)('%s is not', async (kind) => {
    const one = lab([failure(kind), 'ok']);
    expect(await one.end()).toBe(kind);
    expect(one.numbers).toEqual([1]);
  });

  test("the upstream's own x-should-retry counts for more", async () => {
    const never = lab([failure('overloaded', { upstreamSaysRetry: false }), 'ok']);
    expect(await never.end()).toBe('overloaded');
    const please = lab([failure('upstream_bad_request', { upstreamSaysRetry: true }), 'ok']);
    expect(await please.end()).toBe('200');
  });

  test('waits twice as long each time, by chance, up to the longest delay', async () => {
    const settings = { maxAttempts: 4, baseDelayMs: 1000, maxDelayMs: 3000 };
    const most = lab([failure('overloaded')]);
    expect(await most.end(settings, undefined, () => 0.999_999)).toBe('overloaded');
    expect(most.started.map(Math.round)).toEqual([0, 1000, 3000, 6000]);
    const least = lab([failure('overloaded')]);
    await least.end(settings, undefined, () => 0);
    expect(least.started).toEqual([0, 0, 0, 0]);
  });

  test('obeys retry-after, which may be longer than the backoff', async () => {
    const one = lab([failure('rate_limited', { retryAfterMs: 7000 }), 'ok']);
    expect(await one.end()).toBe('200');
    expect(one.started[1]).toBe(7000);
  });

  test('leaves a longer retry-after to others', async () => {
    const one = lab([failure('rate_limited', { retryAfterMs: 8001 }), 'ok']);
    expect(await one.end()).toBe('rate_limited');
    expect(one.clock.pending).toBe(0);
  });

  test('a kept-alive connection that was closed is tried again at once, the first time', async () => {
    const one = lab([failure('connection_lost')]);
    await one.end();
    // With a number of attempts of its own, and then like any other failure.
    expect(one.started).toEqual([0, 0, 250, 750]);
    expect(one.numbers).toEqual([1, 1, 2, 3]);
  });

  test('maxAttempts 1 means no retry', async () => {
    const one = lab([failure('overloaded'), 'ok']);
    expect(await one.end({ ...SETTINGS, maxAttempts: 1 })).toBe('overloaded');
    const stale = lab([failure('connection_lost'), 'ok']);
    expect(await stale.end({ ...SETTINGS, maxAttempts: 1 })).toBe('200');
    const broken = lab([failure('connection_lost')]);
    expect(await broken.end({ ...SETTINGS, maxAttempts: 1 })).toBe('connection_lost');
    expect(broken.numbers).toEqual([1, 1]);
  });

  test('is over at once when the client leaves, and leaves no timer behind', async () => {
    const one = lab([failure('rate_limited', { retryAfterMs: 5000 }), 'ok']);
    const running = one.run().then(null, (error: GatewayError) => error.kind);
    await Bun.sleep(0);
    await one.clock.advance(1000);
    one.client.abort();
    expect(await running).toBe('client_gone');
    expect(one.clock.pending).toBe(0);
    expect(one.numbers).toEqual([1]);
  });

  test("does not wait beyond the client's own time limit", async () => {
    const one = lab([failure('rate_limited', { retryAfterMs: 5000 }), 'ok'], { deadlineAt: 4000 });
    expect(await one.end()).toBe('rate_limited');
  });

  test('stops when the target counts as down, unless nothing else is left', async () => {
    const spare = lab([failure('overloaded')]);
    await spare.end(SETTINGS, () => true);
    expect(spare.numbers).toEqual([1]);
    const last = lab([failure('overloaded')], { lastResort: true });
    await last.end(SETTINGS, () => true);
    expect(last.numbers).toEqual([1, 2, 3]);
  });

  test('a retry that was not sent does not hide why there was one', async () => {
    const one = lab([failure('overloaded'), failure('circuit_open')]);
    expect(await one.end()).toBe('overloaded');
  });

  test('a count of tokens is not worth a wait', async () => {
    const call = testCall({}, { endpoint: 'count_tokens' });
    const one = lab([failure('overloaded'), 'ok'], { call });
    expect(await one.end()).toBe('overloaded');
  });
});

describe('the retry budget', () => {
  /** Sends calls one after the other until the end; returns how many requests that made. */
  async function requestsFor(calls: number, error: GatewayError): Promise<number> {
    const one = lab([error]);
    for (let count = 0; count < calls; count += 1) await one.end(SETTINGS, undefined, () => 0);
    return one.started.length;
  }

  test('a dead upstream gets at most 1.2 requests for each call, and 3 more', async () => {
    expect(await requestsFor(100, failure('upstream_failed'))).toBe(122);
    expect(await requestsFor(1, failure('connection_lost'))).toBe(4);
  });

  test('a rate limit that names its end is outside of it', async () => {
    expect(await requestsFor(20, failure('rate_limited', { retryAfterMs: 0 }))).toBe(60);
    expect(await requestsFor(100, failure('rate_limited'))).toBe(122);
  });

  test('each host has its own', () => {
    const budget = new RetryBudget();
    for (let count = 0; count < 3; count += 1) expect(budget.spend('one')).toBe(true);
    expect(budget.spend('one')).toBe(false);
    expect(budget.spend('two')).toBe(true);
  });
});
