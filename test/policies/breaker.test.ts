import { describe, expect, test } from 'bun:test';
import { GatewayError, type ErrorKind } from '../../src/core/errors.ts';
import { breaker } from '../../src/policies/breaker.ts';
import { Circuits } from '../../src/policies/circuits.ts';
import type { Target } from '../../src/providers/target.ts';
import type { Reply } from '../../src/upstream/attempt.ts';
import { testAttempt } from '../support/attempt.ts';
import { testCall } from '../support/call.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { testTarget } from '../support/target.ts';

const REPLY = { status: 200 } as Reply;

function lab() {
  const clock = new FakeClock();
  const circuits = new Circuits(clock);
  const looks: ((back: boolean) => void)[] = [];
  const policy = breaker(circuits, () => new Promise((resolve) => looks.push(resolve)));
  let sent = 0;
  const target = testTarget();

  /** One attempt that ends like this; the kind of error that came out, `ok` for none. */
  const attempt = async (
    end: ErrorKind | 'ok' | Promise<ErrorKind | 'ok'>,
    { to = target, lastResort = false }: { to?: Target; lastResort?: boolean } = {},
  ): Promise<ErrorKind | 'ok'> => {
    const call = testCall({}, { clock });
    try {
      await policy(testAttempt({ call, target: to, lastResort }), async () => {
        sent += 1;
        const kind = await end;
        if (kind === 'ok') return REPLY;
        const answered = kind === 'upstream_failed' || kind === 'upstream_unauthorized';
        throw new GatewayError(kind, `${kind}.`, answered ? { upstreamStatus: 500 } : {});
      });
      return 'ok';
    } catch (error) {
      return (error as GatewayError).kind;
    }
  };
  const fail = async (times: number, kind: ErrorKind = 'upstream_failed') => {
    for (let count = 0; count < times; count += 1) await attempt(kind);
  };
  return { clock, circuits, looks, target, attempt, fail, sent: () => sent };
}

describe('the circuit', () => {
  test.each([
    ['upstream_failed', 5],
    ['overloaded', 5],
    ['connection_lost', 5],
    ['upstream_timeout', 3],
    ['unreachable', 3],
    ['connect_timeout', 1],
    ['upstream_silent', 1],
  ] as const)('opens by %s, %d in a row', async (kind, times) => {
    const one = lab();
    await one.fail(times - 1, kind);
    expect(one.circuits.isOpen(one.target)).toBe(false);
    await one.fail(1, kind);
    expect(one.circuits.isOpen(one.target)).toBe(true);
    expect(await one.attempt('ok')).toBe('circuit_open');
    expect(one.sent()).toBe(times);
  });

  test('stays closed while some get through', async () => {
    const one = lab();
    for (let round = 0; round < 20; round += 1) {
      await one.fail(4);
      await one.attempt('ok');
    }
    expect(one.circuits.isOpen(one.target)).toBe(false);
  });

  test('an answer that rejects the request is a sign of life', async () => {
    const one = lab();
    for (let round = 0; round < 20; round += 1) {
      await one.fail(4);
      await one.attempt('upstream_unauthorized');
    }
    expect(one.circuits.isOpen(one.target)).toBe(false);
  });

  test.each(['rate_limited', 'upstream_bad_request', 'client_gone', 'missing_credential'] as const)(
    '%s never opens it',
    async (kind) => {
      const one = lab();
      await one.fail(50, kind);
      expect(one.circuits.isOpen(one.target)).toBe(false);
    },
  );

  test('lets one probe through after a pause, and closes by its success', async () => {
    const one = lab();
    await one.fail(5);
    await one.clock.advance(4999);
    expect(await one.attempt('ok')).toBe('circuit_open');
    await one.clock.advance(1);
    const answer = Promise.withResolvers<'ok'>();
    const probe = one.attempt(answer.promise);
    expect(await one.attempt('ok')).toBe('circuit_open');
    answer.resolve('ok');
    expect(await probe).toBe('ok');
    expect(await one.attempt('ok')).toBe('ok');
  });

  test('a probe that tells nothing leaves the place to the next one', async () => {
    const one = lab();
    await one.fail(5);
    await one.clock.advance(5000);
    expect(await one.attempt('client_gone')).toBe('client_gone');
    expect(await one.attempt('ok')).toBe('ok');
    expect(one.circuits.isOpen(one.target)).toBe(false);
  });

  test('a target is back within 30 s of its recovery, however long it was down', async () => {
    const one = lab();
    await one.fail(5);
    for (let second = 0; second < 3600; second += 1) {
      await one.clock.advance(1000);
      await one.attempt('upstream_failed');
    }
    const probes = one.sent() - 5;
    expect(probes).toBeGreaterThan(100);
    expect(probes).toBeLessThan(200);
    const recovered = one.clock.now();
    while ((await one.attempt('ok')) !== 'ok') await one.clock.advance(1000);
    expect(one.clock.now() - recovered).toBeLessThanOrEqual(30_000);
  });

  test('failures that were under way when it opened do not keep it open for longer', async () => {
    const one = lab();
    const ends = Array.from({ length: 20 }, () => Promise.withResolvers<ErrorKind>());
    const running = ends.map(({ promise }) => one.attempt(promise));
    for (const { resolve } of ends.slice(0, 5)) resolve('upstream_failed');
    await Bun.sleep(0);
    await one.clock.advance(4000);
    for (const { resolve } of ends.slice(5)) resolve('upstream_failed');
    await Promise.all(running);
    await one.clock.advance(1000);
    expect(await one.attempt('ok')).toBe('ok');
  });
});

describe('hosts and their models', () => {
  test('a host that is down is down for all its models', async () => {
    const one = lab();
    await one.fail(3, 'unreachable');
    expect(await one.attempt('ok', { to: testTarget({ model: 'other' }) })).toBe('circuit_open');
    const elsewhere = testTarget({ baseURL: 'http://127.0.0.1:10/anthropic' });
    expect(await one.attempt('ok', { to: elsewhere })).toBe('ok');
  });

  test('a model that fails is no sign about the others there', async () => {
    const one = lab();
    await one.fail(5, 'upstream_failed');
    expect(await one.attempt('ok', { to: testTarget({ model: 'other' }) })).toBe('ok');
    expect(await one.attempt('ok')).toBe('circuit_open');
  });
});

describe('a host that takes no connections', () => {
  test('costs one timeout: no call is spent on finding out whether it is back', async () => {
    const one = lab();
    await one.fail(1, 'connect_timeout');
    for (let round = 0; round < 10; round += 1) {
      await one.clock.advance(20_000);
      expect(await one.attempt('ok')).toBe('circuit_open');
      one.looks.shift()?.(false);
      await Bun.sleep(0);
    }
    expect(one.sent()).toBe(1);
    await one.clock.advance(20_000);
    expect(await one.attempt('ok')).toBe('circuit_open');
    one.looks.shift()?.(true);
    await Bun.sleep(0);
    expect(await one.attempt('ok')).toBe('ok');
    expect(await one.attempt('ok')).toBe('ok');
  });

  test('one look serves all that ask meanwhile', async () => {
    const one = lab();
    await one.fail(1, 'connect_timeout');
    await one.clock.advance(20_000);
    await Promise.all(Array.from({ length: 10 }, () => one.attempt('ok')));
    expect(one.looks).toHaveLength(1);
  });

  test('the last resort waits for the look, and passes where it finds the host back', async () => {
    const one = lab();
    await one.fail(1, 'connect_timeout');
    const first = one.attempt('ok', { lastResort: true });
    one.looks.shift()?.(false);
    expect(await first).toBe('circuit_open');
    const second = one.attempt('ok', { lastResort: true });
    one.looks.shift()?.(true);
    expect(await second).toBe('ok');
  });
});

test('the last resort goes out to a target that fails fast', async () => {
  const one = lab();
  await one.fail(5);
  expect(await one.attempt('upstream_failed', { lastResort: true })).toBe('upstream_failed');
  expect(await one.attempt('ok', { lastResort: true })).toBe('ok');
  expect(one.circuits.isOpen(one.target)).toBe(false);
});

test('the refusal names the target, the last failure, and the time to wait', async () => {
  const one = lab();
  await one.fail(5);
  await one.clock.advance(1000);
  const policy = breaker(one.circuits, () => Promise.resolve(true));
  const error = await policy(testAttempt({ target: one.target }), async () => REPLY).then(
    () => null,
    (thrown: GatewayError) => thrown,
  );
  expect(error?.message).toBe(
    'Test Provider (route test-model) failed 5 times in a row and is left alone for 4 s. The last failure: upstream_failed.',
  );
  expect(error?.retryAfterMs).toBe(4000);
});
