import type { ErrorKind } from './errors.ts';

/** What a journal needs to know of a target; every `Target` fits. */
export interface TargetRef {
  readonly route: string;
  readonly provider: { readonly name: string };
  readonly model: string | null;
  readonly baseURL: string;
}

/** One step on a call's way. Metrics, traces and log lines are made from these. */
export type JournalStep =
  /** The model's name led to this target: the first of its chain. */
  | {
      readonly kind: 'routed';
      readonly target: TargetRef;
      /** The kind of request that took it there instead of the model's name; `null`: none. */
      readonly scenario: string | null;
    }
  /** A request goes out. */
  | { readonly kind: 'attempt'; readonly target: TargetRef }
  /** It failed before the commit point. */
  | {
      readonly kind: 'failed';
      readonly target: TargetRef;
      readonly error: ErrorKind;
      readonly status: number | null;
      readonly message: string;
    }
  /** The same target is tried again after a wait. */
  | { readonly kind: 'retry'; readonly target: TargetRef; readonly delayMs: number }
  /** The next target of the chain takes over. */
  | { readonly kind: 'fallback'; readonly from: TargetRef; readonly to: TargetRef }
  /** A target was passed over because it failed too often lately. */
  | { readonly kind: 'circuit_open'; readonly target: TargetRef }
  /** The bucket of the target's host was empty: refused, or waited. */
  | { readonly kind: 'rate_limited'; readonly target: TargetRef; readonly waitMs: number }
  /** The request was changed to what the upstream said that it takes. */
  | { readonly kind: 'repair'; readonly target: TargetRef; readonly what: string }
  | { readonly kind: 'cache'; readonly target: TargetRef; readonly result: CacheResult }
  /** The first real event or the whole body is there; the client's answer begins. */
  | { readonly kind: 'committed'; readonly target: TargetRef; readonly status: number };

/** `shared`: an identical call in flight brought the answer. */
type CacheResult = 'hit' | 'miss' | 'skip' | 'shared';

export type JournalEntry = JournalStep & {
  /** Milliseconds since the call came. */
  readonly atMs: number;
};

/** What happened to one call, in order. No header and no content is ever in it. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly #now: () => number;
  readonly #startedAt: number;

  /** @param now a monotonic clock in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  note(step: JournalStep): void {
    this.entries.push({ ...step, atMs: this.elapsedMs() });
  }

  /** Milliseconds since the call came. */
  elapsedMs(): number {
    return this.#now() - this.#startedAt;
  }
}
