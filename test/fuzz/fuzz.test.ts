import { expect, test } from 'bun:test';
import { fuzz } from './run.ts';

/** A small part of what `scripts/fuzz` does; the seed of a failure is in its message. */
test('mutated replies and requests: no crash, no malformed event', async () => {
  const { failures, streams } = await fuzz({ seed: 1, bytes: 300_000, requests: 3000 });
  expect(failures.map(({ kind, seed, error }) => `${kind}:${seed} ${String(error)}`)).toEqual([]);
  expect(streams).toBeGreaterThan(100);
}, 30_000);
