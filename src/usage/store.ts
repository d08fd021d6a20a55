import type { Database, Statement } from 'bun:sqlite';
import type { Clock } from '../lib/clock.ts';
import type { RecordSink } from '../telemetry/call-record.ts';
import {
  inodeOf,
  isBusy,
  isCorrupt,
  moveAside,
  openDatabase,
  reason,
  type OpenDatabase,
} from './database.ts';
import { readReport, type ReportQuery, type UsageReport } from './report.ts';
import { usageRow, type UsageRow } from './row.ts';

/** How long a row may wait for others, in milliseconds. */
const FLUSH_AFTER_MS = 250;

/** After a failure, in milliseconds. */
const RETRY_AFTER_MS = 10_000;

/**
 * How long a batch waits for another process's lock, in milliseconds. The whole gateway waits
 * along, and the rows can as well wait for the next time.
 */
const BATCH_BUSY_MS = 100;

/** How often in turn another process's lock is no failure. */
const MAX_BUSY = 20;

/** Rows kept in memory while the database can't be written. */
const MAX_WAITING = 10_000;

const DAY_MS = 86_400_000;

/** Rows deleted at a time, so that no request waits for it. */
const DELETE_ROWS = 2_000;

export interface UsageStoreOptions {
  readonly path: string;
  readonly clock: Clock;
  /** How long rows are kept, in days. */
  readonly retentionDays: () => number;
  readonly log: { warn(message: string): void; error(message: string): void };
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
  /** In place of {@link openDatabase}, for tests. */
  readonly open?: (path: string) => OpenDatabase;
}

/** How the store is doing, for metrics and the status. */
export interface StoreState {
  /** Rows that are not written yet. */
  readonly waiting: number;
  /** Rows that were given up, because the database could not be written for too long. */
  readonly lost: number;
  /** Why the last batch could not be written; `null`: it was. */
  readonly problem: string | null;
}

interface Open extends OpenDatabase {
  readonly insert: Statement;
}

/**
 * The usage database as the gateway writes it: in batches, off the request's path. What
 * {@link UsageStore.report} has told is written; `kill -9` takes none of it away. No failure of
 * the database reaches a request.
 */
export class UsageStore {
  readonly #options: Required<UsageStoreOptions>;
  #waiting: UsageRow[] = [];
  #lost = 0;
  #problem: string | null = null;
  #failures = 0;
  #open: Open | null = null;
  #cancelFlush: (() => void) | null = null;
  #nextCleanUp = 0;

  constructor(options: UsageStoreOptions) {
    this.#options = { wallClock: Date.now, open: openDatabase, ...options };
  }

  /** Takes a call; its row is written soon. */
  readonly sink: RecordSink = (record) => {
    const row = usageRow(record);
    if (row === null) return;
    this.#waiting.push(row);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#flushLater(FLUSH_AFTER_MS);
  };

  get state(): StoreState {
    return { waiting: this.#waiting.length, lost: this.#lost, problem: this.#problem };
  }

  /** Writes what waits; says whether all of it is written. */
  flush(): boolean {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    try {
      this.#withDatabase(({ database, insert }) => {
        if (this.#waiting.length > 0) this.#insert(database, insert);
        this.#cleanUp(database);
      });
      if (this.#problem !== null) this.#options.log.warn('usage is written down again');
      this.#problem = null;
      this.#failures = 0;
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /**
   * What was used, everything up to now included.
   * @throws Error where the database can't be read
   */
  report(query: ReportQuery): UsageReport {
    this.flush();
    return this.#withDatabase(({ database }) => readReport(database, query));
  }

  /**
   * What calls since a moment cost in USD: all of them, or those of one session.
   * @throws Error where the database can't be read
   */
  spent(since: number, session: string | null): number {
    this.flush();
    return this.#withDatabase(({ database }) => {
      const row = database
        .query<{ usd: number | null }, { since: number; session: string | null }>(
          `SELECT sum(cost_usd) AS usd FROM requests
           WHERE started_at >= $since AND ($session IS NULL OR session = $session)`,
        )
        .get({ since, session });
      return row?.usd ?? 0;
    });
  }

  /** Writes what waits and closes the database. */
  close(): void {
    if (this.#waiting.length > 0) this.flush();
    this.#cancelFlush?.();
    this.#close();
  }

  #insert(database: Database, insert: Statement): void {
    const rows = this.#waiting;
    database
      .transaction(() => {
        for (const row of rows) insert.run({ ...row });
      })
      .immediate();
    this.#waiting = [];
  }

  /**
   * Opens the database where it isn't, or where its file has gone or is another one now. A broken
   * one is moved out of the way, and a new one takes its place.
   */
  #withDatabase<Result>(use: (open: Open) => Result): Result {
    try {
      return use(this.#opened());
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.#replaceBroken(error);
      return use(this.#opened());
    }
  }

  #opened(): Open {
    const { path, open } = this.#options;
    if (this.#open !== null && this.#open.inode !== inodeOf(path)) this.#close();
    if (this.#open === null) {
      const { database, inode } = open(path);
      database.run(`PRAGMA busy_timeout = ${BATCH_BUSY_MS}`);
      this.#open = { database, inode, insert: database.prepare(INSERT) };
    }
    return this.#open;
  }

  #replaceBroken(error: unknown): void {
    const { log, path, wallClock } = this.#options;
    // Another gateway may have put a sound one in its place already.
    const isOurs = this.#open === null || this.#open.inode === inodeOf(path);
    this.#close();
    if (!isOurs) return;
    const aside = moveAside(path, new Date(wallClock()));
    log.error(`the usage database was broken (${reason(error)}); it is ${aside} now`);
  }

  #failed(error: unknown): void {
    const { log, path } = this.#options;
    this.#failures += 1;
    // Another process may hold the lock for a moment.
    const passing = isBusy(error) && this.#failures < MAX_BUSY;
    if (!passing && this.#problem === null) {
      this.#problem = `usage can't be written to ${path}: ${reason(error)}`;
      log.error(`${this.#problem}; up to ${MAX_WAITING} calls are kept in memory until it can`);
    }
    this.#flushLater(passing ? FLUSH_AFTER_MS : RETRY_AFTER_MS);
  }

  #flushLater(delayMs: number): void {
    this.#cancelFlush ??= this.#options.clock.after(delayMs, () => this.flush());
  }

  /** Deletes rows that are too old: a few at a time, once a day. */
  #cleanUp(database: Database): void {
    const { retentionDays, wallClock } = this.#options;
    const now = wallClock();
    if (now < this.#nextCleanUp) return;
    const { changes } = database
      .query<unknown, { before: number }>(
        `DELETE FROM requests WHERE rowid IN
           (SELECT rowid FROM requests WHERE started_at < $before LIMIT ${DELETE_ROWS})`,
      )
      .run({ before: now - retentionDays() * DAY_MS });
    if (changes < DELETE_ROWS) this.#nextCleanUp = now + DAY_MS;
    else this.#flushLater(FLUSH_AFTER_MS);
  }

  #close(): void {
    this.#open?.insert.finalize();
    this.#open?.database.close();
    this.#open = null;
  }
}

const COLUMNS = [
  'id',
  'started_at',
  'session',
  'agent',
  'client',
  'route',
  'provider',
  'base_url',
  'model',
  'stream',
  'status',
  'result',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'thinking_tokens',
  'cost_usd',
  'first_byte_ms',
  'total_ms',
  'attempts',
] as const satisfies readonly (keyof UsageRow)[];

const INSERT = `INSERT INTO requests (${COLUMNS.join(', ')})
  VALUES (${COLUMNS.map((column) => `$${column}`).join(', ')})`;
