import { startOfDay } from '../lib/moment.ts';
import type { RecordSink } from '../telemetry/call-record.ts';
import type { UsageStore } from './store.ts';

/** How often the database is asked again, since other gateways write to it as well. */
const REFRESH_MS = 60_000;

/** How long a session's calls count together, in milliseconds. */
const SESSION_MS = 30 * 86_400_000;

/** Sessions whose sums are kept in memory; those of others are read again. */
const MAX_SESSIONS = 1_000;

interface Sum {
  /** Calls that began since then count, in milliseconds since 1970. */
  readonly since: number;
  usd: number;
  readAt: number;
}

export interface SpendingOptions {
  readonly store: Pick<UsageStore, 'spent'>;
  readonly warn: (message: string) => void;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/**
 * What has been spent today and in each session. It goes on counting when the database can't be
 * read. A restart forgets nothing that the database has.
 */
export class Spending {
  readonly #options: Required<SpendingOptions>;
  #day: Sum = { since: 0, usd: 0, readAt: 0 };
  readonly #sessions = new Map<string, Sum>();
  readonly #warned = new Set<string>();

  constructor(options: SpendingOptions) {
    this.#options = { wallClock: Date.now, ...options };
  }

  readonly sink: RecordSink = ({ call, costUsd, startedAt }) => {
    if (costUsd === null || costUsd === 0) return;
    const session = call.session === null ? undefined : this.#sessions.get(call.session);
    for (const sum of [this.#day, session]) {
      if (sum !== undefined && startedAt >= sum.since) sum.usd += costUsd;
    }
  };

  /** In USD, since midnight. */
  today(): { readonly since: number; readonly usd: number } {
    const since = startOfDay(this.#options.wallClock());
    if (this.#day.since !== since) this.#day = { since, usd: 0, readAt: 0 };
    return { since, usd: this.#read(this.#day, null) };
  }

  /** In USD, of one session. */
  inSession(session: string): number {
    const sum = this.#sessions.get(session) ?? {
      since: this.#options.wallClock() - SESSION_MS,
      usd: 0,
      readAt: 0,
    };
    // The one used last stands last, and the first one goes.
    this.#sessions.delete(session);
    this.#sessions.set(session, sum);
    if (this.#sessions.size > MAX_SESSIONS) {
      const [oldest] = this.#sessions.keys();
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    return this.#read(sum, session);
  }

  /** Tells the log, once for each key. */
  warnOnce(key: string, message: string): void {
    if (this.#warned.has(key)) return;
    if (this.#warned.size > MAX_SESSIONS) this.#warned.clear();
    this.#warned.add(key);
    this.#options.warn(message);
  }

  #read(sum: Sum, session: string | null): number {
    const now = this.#options.wallClock();
    if (now - sum.readAt < REFRESH_MS) return sum.usd;
    sum.readAt = now;
    try {
      // Rows that could not be written are in the sum, but not in the database.
      sum.usd = Math.max(sum.usd, this.#options.store.spent(sum.since, session));
    } catch {
      // The store has told the log why.
    }
    return sum.usd;
  }
}
