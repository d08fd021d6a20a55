import { describe, expect, test } from 'bun:test';
import { FairBucket } from '../../src/lib/fair-bucket.ts';
import { FakeClock } from '../support/fake-clock.ts';

const forEver = new AbortController().signal;

/** A bucket that is empty, and who got a permit since, in order. */
function emptied(rps = 10, burst = 2) {
  const clock = new FakeClock();
  const bucket = new FairBucket({ rps, burst }, clock);
  for (let count = 0; count < burst; count += 1) bucket.take();
  const order: string[] = [];
  const wait = async (group: string, maxWaitMs = 60_000, signal = forEver) => {
    const turn = await bucket.wait(group, maxWaitMs, signal);
    order.push(turn.granted ? group : `not ${group}`);
    return turn;
  };
  return { clock, bucket, order, wait };
}

describe('a permit', () => {
  test('is there at once up to the burst, then with the time that was told', async () => {
    const clock = new FakeClock();
    const bucket = new FairBucket({ rps: 2, burst: 3 }, clock);
    for (let count = 0; count < 3; count += 1) expect(bucket.take()).toEqual({ granted: true });
    expect(bucket.take()).toEqual({ granted: false, waitMs: 500 });
    await clock.advance(300);
    expect(bucket.take()).toEqual({ granted: false, waitMs: 200 });
    await clock.advance(199);
    expect(bucket.take().granted).toBe(false);
    await clock.advance(1);
    expect(bucket.take().granted).toBe(true);
  });

  test('over any time there are no more than the rate and the burst', async () => {
    for (const [rps, burst] of [
      [0.3, 1],
      [7, 3],
      [33, 20],
      [1000, 1],
    ] as const) {
      const clock = new FakeClock();
      const bucket = new FairBucket({ rps, burst }, clock);
      let taken = 0;
      for (let step = 0; step < 2000; step += 1) {
        if (bucket.take().granted) taken += 1;
        await clock.advance(7);
      }
      const most = rps * 14 + burst;
      expect(taken).toBeLessThanOrEqual(most);
      expect(taken).toBeGreaterThan(Math.min(most - 2, 1998));
    }
  });

  test('is never saved up beyond the burst', async () => {
    const { clock, bucket } = emptied(10, 2);
    await clock.advance(3_600_000);
    expect([1, 2, 3].map(() => bucket.take().granted)).toEqual([true, true, false]);
  });

  test('a new limit holds from then on', async () => {
    const { clock, bucket } = emptied(1, 5);
    bucket.limit = { rps: 100, burst: 1 };
    await clock.advance(10);
    expect(bucket.take().granted).toBe(true);
    await clock.advance(1000);
    expect([1, 2].map(() => bucket.take().granted)).toEqual([true, false]);
  });
});

describe('those who wait', () => {
  test('get their turn one after the other', async () => {
    const { clock, order, wait } = emptied(10);
    const all = Promise.all([wait('a'), wait('a'), wait('a')]);
    await clock.advance(250);
    expect(order).toEqual(['a', 'a']);
    await clock.advance(50);
    expect(order).toEqual(['a', 'a', 'a']);
    await all;
    expect(clock.pending).toBe(0);
  });

  test('the groups take turns, however many of one are waiting', async () => {
    const { clock, order, wait } = emptied(10);
    const busy = Array.from({ length: 6 }, () => wait('busy'));
    const quiet = [wait('quiet'), wait('third'), wait('quiet')];
    await clock.advance(1000);
    await Promise.all([...busy, ...quiet]);
    expect(order.join(' ')).toBe('busy quiet third busy quiet busy busy busy busy');
  });

  test('nobody who comes later gets past them', async () => {
    const { clock, bucket, order, wait } = emptied(10);
    void wait('a');
    await clock.advance(99);
    expect(bucket.take()).toMatchObject({ granted: false });
    await clock.advance(1);
    expect(order).toEqual(['a']);
  });

  test('who would have to wait for too long learns it at once', async () => {
    const { wait } = emptied(10);
    void wait('a', 1000);
    expect(await wait('a', 150)).toEqual({ granted: false, waitMs: 200 });
    expect(await wait('a', 50)).toEqual({ granted: false, waitMs: 200 });
    // Another group comes second, not third.
    void wait('a', 1000);
    const asked = wait('b', 250);
    expect(await Promise.race([asked, Bun.sleep(5).then(() => 'waits')])).toBe('waits');
  });

  test('whom others overtook is not kept beyond its time', async () => {
    const { clock, order, wait } = emptied(10);
    const late = [wait('busy'), wait('busy', 220)];
    const others = ['b', 'c', 'd'].map((group) => wait(group));
    await clock.advance(1000);
    await Promise.all([...late, ...others]);
    expect(order).toEqual(['busy', 'b', 'not busy', 'c', 'd']);
  });

  test('who leaves takes no permit, and leaves no timer behind', async () => {
    const { clock, bucket, order, wait } = emptied(10);
    const client = new AbortController();
    const left = wait('a', 60_000, client.signal);
    client.abort();
    await left;
    expect(order).toEqual(['not a']);
    expect(clock.pending).toBe(0);
    await clock.advance(100);
    expect(bucket.take().granted).toBe(true);
  });
});
