import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import type { Reply } from '../upstream/attempt.ts';

export interface CacheSettings {
  /** 0, like `maxBytes` 0, keeps nothing. */
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly ttlMs: number;
  /** Whether a request without a temperature counts as one with 0. */
  readonly absentTemperature: 'skip' | 'cache';
}

/** A whole answer, kept or shared. */
export type Answer = Omit<Reply, 'body'> & { readonly body: Uint8Array };

export interface CacheStats {
  readonly entries: number;
  /** About what they take in memory. */
  readonly bytes: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly ttlMs: number;
  readonly hits: number;
  readonly misses: number;
  /** Calls that were answered by an identical one's request. */
  readonly shared: number;
  /** Requests under way whose answer may be kept. */
  readonly inFlight: number;
}

/** What an entry takes besides its body: key, headers, bookkeeping. */
const ENTRY_BYTES = 512;

/** Whole answers by key, and the requests under way for some. A reload of the configuration keeps them. */
export class AnswerCache {
  readonly flights = new SingleFlight<Answer>();
  readonly #clock: Clock;
  #settings: CacheSettings = { maxEntries: 0, maxBytes: 0, ttlMs: 1, absentTemperature: 'skip' };
  #answers: LRUCache<string, Answer> | null = null;
  #hits = 0;
  #misses = 0;
  #shared = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOff(): boolean {
    return this.#answers === null;
  }

  /** What was kept by other limits is forgotten. */
  configure(settings: CacheSettings): void {
    const { maxEntries, maxBytes, ttlMs } = settings;
    const now = this.#settings;
    this.#settings = settings;
    if (maxEntries === now.maxEntries && maxBytes === now.maxBytes && ttlMs === now.ttlMs) return;
    this.#answers =
      maxEntries === 0 || maxBytes === 0
        ? null
        : new LRUCache({
            max: maxEntries,
            maxSize: maxBytes,
            sizeCalculation: ({ body }) => body.byteLength + ENTRY_BYTES,
            ttl: ttlMs,
            // Without a resolution it sets no timer of its own; a time of 0 would count as none.
            ttlResolution: 0,
            perf: { now: () => this.#clock.now() + 1 },
          });
  }

  get(key: string): Answer | undefined {
    const answer = this.#answers?.get(key);
    if (answer !== undefined) this.#hits += 1;
    return answer;
  }

  keep(key: string, answer: Answer): void {
    this.#answers?.set(key, answer);
  }

  countMiss(): void {
    this.#misses += 1;
  }

  countShared(): void {
    this.#shared += 1;
  }

  /** @returns how many answers were forgotten */
  flush(): number {
    const count = this.#answers?.size ?? 0;
    this.#answers?.clear();
    return count;
  }

  get stats(): CacheStats {
    const { maxEntries, maxBytes, ttlMs } = this.#settings;
    this.#answers?.purgeStale();
    return {
      entries: this.#answers?.size ?? 0,
      bytes: this.#answers?.calculatedSize ?? 0,
      maxEntries,
      maxBytes,
      ttlMs,
      hits: this.#hits,
      misses: this.#misses,
      shared: this.#shared,
      inFlight: this.flights.size,
    };
  }
}
