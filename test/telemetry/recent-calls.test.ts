import { expect, test } from 'bun:test';
import { RecentCalls } from '../../src/telemetry/recent-calls.ts';
import { testRecord } from '../support/record.ts';

const NO_BODY = new Uint8Array(0);

const named = (id: string) => testRecord({ call: { ...testRecord().call, id } });

test('keeps the last calls only, the newest first', () => {
  const recent = new RecentCalls({ maxCalls: 3 });
  expect(recent.list({ limit: 10 })).toEqual([]);
  const ids = () => recent.list({ limit: 10 }).map(({ id }) => id);
  recent.sink(named('a'), NO_BODY);
  recent.sink(named('b'), NO_BODY);
  expect(ids()).toEqual(['b', 'a']);
  for (const id of ['c', 'd', 'e']) recent.sink(named(id), NO_BODY);
  expect(ids()).toEqual(['e', 'd', 'c']);
  expect(recent.find('b')).toBeUndefined();
  expect(recent.find('d')?.id).toBe('d');
});

test('takes out of error texts what looks like a key', () => {
  const recent = new RecentCalls();
  const message = 'invalid key sk-0123456789abcdef';
  const target = testRecord().target!;
  recent.sink(
    testRecord({
      message,
      journal: [
        { kind: 'failed', error: 'upstream_unauthorized', status: 401, message, target, atMs: 1 },
      ],
    }),
    NO_BODY,
  );
  expect(JSON.stringify(recent.list({ limit: 1 }))).not.toContain('0123456789');
});

test('keeps what was said only where that is wanted, up to a size', () => {
  let wanted = false;
  const recent = new RecentCalls({ maxBodiesBytes: 100, keepsBodies: () => wanted });
  const add = (id: string, body: string) => recent.sink(named(id), Buffer.from(body));
  add('a', 'said');
  expect(recent.bodyOf('a')).toBeUndefined();
  wanted = true;
  expect(recent.bodyOf('a')).toBeUndefined();
  add('b', 'the key is sk-0123456789abcdef');
  expect(recent.bodyOf('b')).toBe('the key is [redacted]');
  add('c', 'x'.repeat(80));
  expect([recent.bodyOf('b'), recent.bodyOf('c')?.length]).toEqual([undefined, 80]);
  wanted = false;
  expect(recent.bodyOf('c')).toBeUndefined();
  add('d', 'said');
  wanted = true;
  expect(recent.bodyOf('c')).toBeUndefined();
});
