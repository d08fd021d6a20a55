import { expect, test } from 'bun:test';
import { RecentCalls } from '../../src/telemetry/recent-calls.ts';
import { testRecord } from '../support/record.ts';

const named = (id: string) => testRecord({ call: { ...testRecord().call, id } });

test('keeps the last calls only, the newest first', () => {
  const recent = new RecentCalls(3);
  expect(recent.list({ limit: 10 })).toEqual([]);
  const ids = () => recent.list({ limit: 10 }).map(({ id }) => id);
  recent.sink(named('a'));
  recent.sink(named('b'));
  expect(ids()).toEqual(['b', 'a']);
  for (const id of ['c', 'd', 'e']) recent.sink(named(id));
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
  );
  expect(JSON.stringify(recent.list({ limit: 1 }))).not.toContain('0123456789');
});
