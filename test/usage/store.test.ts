import { Database } from 'bun:sqlite';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { CallRecord } from '../../src/telemetry/call-record.ts';
import { MIGRATIONS, openDatabase, readDatabase, usagePath } from '../../src/usage/database.ts';
import { UsageStore, type UsageStoreOptions } from '../../src/usage/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { testRecord } from '../support/record.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const DAY_MS = 86_400_000;

let sandbox: Sandbox;
let path: string;
let clock: FakeClock;
let logged: string[];

beforeEach(() => {
  sandbox = createSandbox();
  path = usagePath(join(sandbox.root, 'state'));
  clock = new FakeClock();
  logged = [];
});
afterEach(() => sandbox[Symbol.dispose]());

const log = {
  warn: (message: string) => logged.push(`warn ${message}`),
  error: (message: string) => logged.push(`error ${message}`),
};
const openStore = (options: Partial<UsageStoreOptions> = {}) =>
  new UsageStore({
    path,
    clock,
    log,
    retentionDays: () => 90,
    wallClock: () => NOW + clock.now(),
    ...options,
  });
const record = (changes: Partial<CallRecord> = {}) => testRecord({ startedAt: NOW, ...changes });

/** What another process sees in the file. */
function rowsOnDisk(): number {
  const database = readDatabase(path);
  if (database === null) return 0;
  const { rows } = database.query('SELECT count(*) AS rows FROM requests').get() as {
    rows: number;
  };
  database.close();
  return rows;
}

describe('writing', () => {
  test('gathers rows for a quarter of a second and writes them as one', async () => {
    const store = openStore();
    store.sink(record());
    store.sink(record());
    expect([store.state.waiting, rowsOnDisk()]).toEqual([2, 0]);
    await clock.advance(249);
    expect(rowsOnDisk()).toBe(0);
    await clock.advance(1);
    expect([store.state.waiting, rowsOnDisk()]).toEqual([0, 2]);
    expect(clock.pending).toBe(0);
    store.close();
  });

  test('what the report tells is written', () => {
    const store = openStore();
    store.sink(record());
    expect(store.report({ by: 'model' }).summary.totalRequests).toBe(1);
    expect(rowsOnDisk()).toBe(1);
    store.close();
  });

  test('closing writes what waits', () => {
    const store = openStore();
    store.sink(record());
    store.close();
    expect(rowsOnDisk()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('only this user can read its files', () => {
    const store = openStore();
    store.sink(record());
    store.flush();
    const folder = join(sandbox.root, 'state');
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    store.close();
  });

  test('a file that others could read is closed to them', () => {
    openStore().report({ by: 'model' });
    chmodSync(path, 0o644);
    openStore().report({ by: 'model' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('calls that led nowhere, and counts of tokens, are no usage', () => {
    const store = openStore();
    store.sink(record({ target: null, journal: [] }));
    store.sink(record({ call: { ...record().call, endpoint: 'count_tokens' } }));
    expect(store.report({ by: 'model' }).summary.totalRequests).toBe(0);
    store.close();
  });

  test('two gateways write to one file', () => {
    const [one, two] = [openStore(), openStore()];
    for (let index = 0; index < 50; index++) {
      one.sink(record());
      two.sink(record());
      one.flush();
      two.flush();
    }
    expect(one.report({ by: 'model' }).summary.totalRequests).toBe(100);
    expect(two.report({ by: 'model' }).summary.totalRequests).toBe(100);
    expect(logged).toEqual([]);
    one.close();
    two.close();
  });
});

describe('when the database can not be written', () => {
  test("another process's lock is waited for, without a word", async () => {
    const store = openStore();
    store.report({ by: 'model' });
    const other = new Database(path);
    other.run('BEGIN IMMEDIATE');
    store.sink(record());
    await clock.advance(250);
    expect([store.state.waiting, store.state.problem]).toEqual([1, null]);
    other.run('COMMIT');
    await clock.advance(250);
    expect([store.state.waiting, rowsOnDisk()]).toEqual([0, 1]);
    expect(logged).toEqual([]);
    other.close();
    store.close();
  });

  test('rows wait in memory, the log tells once, and all are written later', async () => {
    mkdirSync(path, { recursive: true });
    const store = openStore();
    for (let index = 0; index < 3; index++) {
      store.sink(record());
      await clock.advance(10_000);
    }
    expect(store.state).toMatchObject({ waiting: 3, lost: 0 });
    expect(store.state.problem).toContain(path);
    expect(logged.map((line) => line.slice(0, 30))).toEqual(["error usage can't be written t"]);
    expect(() => store.report({ by: 'model' })).toThrow();
    rmSync(path, { recursive: true });
    await clock.advance(10_000);
    expect(rowsOnDisk()).toBe(3);
    expect(store.state).toEqual({ waiting: 0, lost: 0, problem: null });
    expect(logged.at(-1)).toBe('warn usage is written down again');
    store.close();
  });

  test('a full disk loses nothing that fits into memory', async () => {
    // A limit on the size stands for a full disk: SQLite has one error for both.
    const opened = openDatabase(path);
    const { database } = opened;
    const store = openStore({ open: () => opened });
    const { page_count: pages } = database.query('PRAGMA page_count').get() as {
      page_count: number;
    };
    database.run(`PRAGMA max_page_count = ${pages + 1}`);
    const many = 200;
    for (let index = 0; index < many; index++) store.sink(record());
    expect(store.flush()).toBe(false);
    expect(store.state).toMatchObject({ waiting: many, lost: 0 });
    expect(logged[0]).toContain('database or disk is full');
    // What was there can still be read.
    expect(store.report({ by: 'model' }).summary.totalRequests).toBe(0);
    database.run('PRAGMA max_page_count = 1000000');
    await clock.advance(10_000);
    expect(rowsOnDisk()).toBe(many);
    store.close();
  });

  test('memory is bounded: the oldest rows go, and are counted', async () => {
    mkdirSync(path, { recursive: true });
    const store = openStore();
    for (let index = 0; index < 10_020; index++) store.sink(record());
    await clock.advance(250);
    expect(store.state).toMatchObject({ waiting: 10_000, lost: 20 });
  });

  test('a file that is removed while it runs is made again', () => {
    const store = openStore();
    store.sink(record());
    store.flush();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    store.sink(record());
    store.flush();
    expect(rowsOnDisk()).toBe(1);
    store.close();
  });
});

describe('a broken database', () => {
  const aside = () =>
    readdirSync(join(sandbox.root, 'state')).filter((name) => /corrupt/u.test(name));

  test('is moved aside at the start, and told', () => {
    mkdirSync(join(sandbox.root, 'state'));
    writeFileSync(path, 'this is no database, but long enough to be taken for one'.repeat(100));
    const store = openStore();
    store.sink(record());
    expect(store.flush()).toBe(true);
    expect(rowsOnDisk()).toBe(1);
    expect(aside()).toEqual(['usage.db.corrupt-2026-03-10T12-00-00-000Z']);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('usage.db.corrupt-');
    store.close();
  });

  test('another gateway goes on with the new one', () => {
    const [one, two] = [openStore(), openStore()];
    two.report({ by: 'model' });
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    rmSync(path);
    writeFileSync(path, 'no database'.repeat(100));
    for (const store of [one, two]) {
      store.sink(record());
      expect(store.flush()).toBe(true);
    }
    expect(rowsOnDisk()).toBe(2);
    expect(aside()).toHaveLength(1);
    one.close();
    two.close();
  });
});

describe('versions of the schema', () => {
  test('an older one is brought up to date, with its rows', () => {
    const store = openStore();
    store.sink(record());
    store.close();
    const next = [...MIGRATIONS, 'ALTER TABLE requests ADD COLUMN note TEXT'];
    const { database } = openDatabase(path, next);
    expect(database.query('SELECT count(*) AS rows, note FROM requests').get()).toEqual({
      rows: 1,
      note: null,
    });
    database.close();
    openDatabase(path, next).database.close();
  });

  test('a newer one is left alone, and told', () => {
    const next = [...MIGRATIONS, 'ALTER TABLE requests ADD COLUMN note TEXT NOT NULL'];
    openDatabase(path, next).database.close();
    const store = openStore();
    store.sink(record());
    expect(store.flush()).toBe(false);
    expect(logged[0]).toContain('written by a newer version of cc-route');
    expect(() => readDatabase(path)).toThrow('newer version');
  });
});

test('rows older than the retention are deleted, once a day', async () => {
  const store = openStore({ retentionDays: () => 30 });
  for (const days of [0, 29, 31, 400]) store.sink(record({ startedAt: NOW - days * DAY_MS }));
  store.flush();
  expect(rowsOnDisk()).toBe(2);
  await clock.advance(2 * DAY_MS);
  store.sink(record());
  store.flush();
  expect(rowsOnDisk()).toBe(2);
  store.close();
});

test('very many old rows are deleted in pieces', async () => {
  const store = openStore({ retentionDays: () => 30 });
  for (let index = 0; index < 4_500; index++) store.sink(record({ startedAt: 0 }));
  store.flush();
  expect(rowsOnDisk()).toBe(2_500);
  await clock.advance(500);
  expect(rowsOnDisk()).toBe(0);
  expect(clock.pending).toBe(0);
  store.close();
});
