import { expect, test } from 'bun:test';
import { RecentBodies } from '../../src/telemetry/recent-bodies.ts';
import { testRecord } from '../support/record.ts';

const MEGABYTE = 1024 * 1024;

const record = (id: string, bytes: number, endpoint: 'messages' | 'count_tokens' = 'messages') => {
  const { call, ...rest } = testRecord();
  return { ...rest, call: { ...call, id, endpoint, body: new Uint8Array(bytes) } };
};

test('the last twenty are kept, of calls for messages', () => {
  const bodies = new RecentBodies();
  for (let id = 0; id < 25; id += 1) bodies.sink(record(`r${id}`, 10));
  bodies.sink(record('count', 10, 'count_tokens'));
  expect(bodies.find('r4')).toBeUndefined();
  expect(bodies.find('r5')?.byteLength).toBe(10);
  expect(bodies.find('r24')?.byteLength).toBe(10);
  expect(bodies.find('count')).toBeUndefined();
});

test('no more than 8 MB of them', () => {
  const bodies = new RecentBodies();
  for (let id = 0; id < 4; id += 1) bodies.sink(record(`r${id}`, 3 * MEGABYTE));
  expect([0, 1, 2, 3].map((id) => bodies.find(`r${id}`) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
  ]);
  bodies.sink(record('huge', 9 * MEGABYTE));
  expect(bodies.find('huge')).toBeUndefined();
  expect(bodies.find('r3')).toBeDefined();
});
