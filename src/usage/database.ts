import { Database } from 'bun:sqlite';
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The database's place in the state folder. */
export const usagePath = (stateDir: string): string => join(stateDir, 'usage.db');

/** How long a connection waits for another one's lock, in milliseconds. */
const BUSY_MS = 5_000;

/**
 * What each version of the schema changed. One that was released is never edited; `user_version`
 * says how many have been applied.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE requests (
    id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    session TEXT,
    agent TEXT,
    client TEXT NOT NULL,
    route TEXT NOT NULL,
    provider TEXT NOT NULL,
    base_url TEXT NOT NULL,
    model TEXT NOT NULL,
    stream INTEGER NOT NULL,
    status INTEGER NOT NULL,
    result TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    thinking_tokens INTEGER,
    cost_usd REAL,
    first_byte_ms INTEGER,
    total_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX requests_started_at ON requests (started_at);
  CREATE INDEX requests_session ON requests (session, started_at);`,
];

/** Why there is no usage database. The message says what to do. */
class UsageDatabaseError extends Error {
  override readonly name = 'UsageDatabaseError';
}

/** An open database, and which file it is: a path may come to name another one. */
export interface OpenDatabase {
  readonly database: Database;
  readonly inode: number;
}

/**
 * Opens the database to write, making or updating it as needed; readable by this user only. Other
 * gateways may have it open as well.
 *
 * @throws UsageDatabaseError where a newer version of the program has written it
 * @throws SQLiteError or a file system error where it can't be opened or is broken
 */
export function openDatabase(
  path: string,
  migrations: readonly string[] = MIGRATIONS,
): OpenDatabase {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite makes its files readable by others, but gives those beside the database its mode.
  closeSync(openSync(path, 'a', 0o600));
  const { ino: inode, mode } = statSync(path);
  if ((mode & 0o077) !== 0) chmodSync(path, 0o600);
  const database = new Database(path, { readwrite: true, strict: true });
  try {
    database.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
    database.run('PRAGMA journal_mode = WAL');
    // A power failure may take the last rows along; the database stays sound.
    database.run('PRAGMA synchronous = NORMAL');
    migrate(database, migrations);
    return { database, inode };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens the database to read. `null`: there is none.
 * @throws UsageDatabaseError where this program is too old for it, or it can't be read
 */
export function readDatabase(path: string): Database | null {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
  try {
    const database = new Database(path, { readonly: true, strict: true });
    database.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
    if (schemaVersion(database) === 0) return null;
    checkVersion(schemaVersion(database), MIGRATIONS.length);
    return database;
  } catch (error) {
    if (error instanceof UsageDatabaseError) throw error;
    throw new UsageDatabaseError(`${path} can't be read: ${reason(error)}`, { cause: error });
  }
}

/** Whether an error says that the file is no sound database. */
export function isCorrupt(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    code === 'SQLITE_NOTADB' || (typeof code === 'string' && code.startsWith('SQLITE_CORRUPT'))
  );
}

/** Whether an error says that another process has the lock. */
export function isBusy(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}

/** Moves a broken database out of the way, with what lies beside it; returns its new path. */
export function moveAside(path: string, now: Date): string {
  const aside = `${path}.corrupt-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (statSync(path + suffix, { throwIfNoEntry: false }) !== undefined) {
      renameSync(path + suffix, aside + suffix);
    }
  }
  return aside;
}

/** The file that a path names now; `null`: none. */
export function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function migrate(database: Database, migrations: readonly string[]): void {
  if (schemaVersion(database) === migrations.length) return;
  // Another gateway may be doing the same: the lock first, then the look.
  database
    .transaction(() => {
      const version = schemaVersion(database);
      checkVersion(version, migrations.length);
      for (const migration of migrations.slice(version)) database.run(migration);
      database.run(`PRAGMA user_version = ${migrations.length}`);
    })
    .immediate();
}

function schemaVersion(database: Database): number {
  const row = database.query('PRAGMA user_version').get() as { user_version: number };
  return row.user_version;
}

function checkVersion(found: number, known: number): void {
  if (found <= known) return;
  throw new UsageDatabaseError(
    `the usage database was written by a newer version of cc-route (format ${found}, this one ` +
      `knows ${known}); update this one: cc-route upgrade`,
  );
}
