import type { Lesson } from '../core/route-summary.ts';
import type { Clock } from '../lib/clock.ts';
import { targetHost, type Target } from '../providers/target.ts';
import { describeRepair, repaired, type Repair } from '../wire/repairs/repair.ts';

/** Targets that something is remembered of; the one that was asked longest ago goes first. */
const MAX_TARGETS = 500;

/** Signatures of thinking that one target refused; the oldest go first. */
const MAX_SIGNATURES = 5000;

/**
 * How long a refusal counts. A server may be updated meanwhile: the next request then finds out, at
 * the price of one more refusal if nothing has changed.
 */
const KEPT_MS = 24 * 3_600_000;

interface Entry {
  readonly repairs: Map<string, { readonly repair: Repair; readonly atMs: number }>;
  readonly signatures: Set<string>;
  /** Targets as they are with all of it, until more is learned or something forgotten. */
  applied: WeakMap<Target, Target>;
}

/** What upstreams refused, by host and model, so that the next request is right the first time. */
export class Learned {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The target as it is after all that was learned; itself where nothing was. */
  apply(target: Target, model: string): Target {
    if (this.#entries.size === 0) return target;
    const entry = this.#find(target, model);
    if (entry === undefined) return target;
    let applied = entry.applied.get(target);
    if (applied === undefined) {
      const known = [...entry.repairs.values()].map(({ repair }) => repair);
      const refused = [...entry.signatures];
      const all = refused.length === 0 ? known : [...known, { refusedSignatures: refused }];
      applied = all.reduce(repaired, target);
      entry.applied.set(target, applied);
    }
    return applied;
  }

  /** Remembers what helped. What holds for one request only is nothing to remember. */
  add(target: Target, model: string, repairs: readonly Repair[]): void {
    const lasting = repairs.filter(({ once }) => once !== true);
    if (lasting.length === 0) return;
    const entry = this.#find(target, model) ?? newEntry();
    entry.applied = new WeakMap();
    this.#entries.set(keyOf(target, model), entry);
    for (const repair of lasting) {
      for (const signature of repair.refusedSignatures ?? []) entry.signatures.add(signature);
      if (repair.compat === undefined && repair.facts === undefined) continue;
      entry.repairs.set(describeRepair(repair), { repair, atMs: this.#clock.now() });
    }
    drop(entry.signatures, MAX_SIGNATURES);
    drop(this.#entries, MAX_TARGETS);
  }

  /** What is known of a target, oldest first, for people. */
  list(target: Target, model: string): Lesson[] {
    const entry = this.#find(target, model);
    if (entry === undefined) return [];
    const now = this.#clock.now();
    return [...entry.repairs].map(([what, { atMs }]) => ({ what, ageMs: now - atMs }));
  }

  /** Moves what it finds to the end, behind what was asked for earlier. */
  #find(target: Target, model: string): Entry | undefined {
    const key = keyOf(target, model);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.#clock.now();
    for (const [what, { atMs }] of entry.repairs) {
      if (now - atMs <= KEPT_MS) continue;
      entry.repairs.delete(what);
      entry.applied = new WeakMap();
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }
}

function newEntry(): Entry {
  return { repairs: new Map(), signatures: new Set(), applied: new WeakMap() };
}

function keyOf(target: Target, model: string): string {
  return [target.wire, targetHost(target), target.model ?? model].join(' ');
}

function drop(from: Map<string, unknown> | Set<string>, limit: number): void {
  for (const key of from.keys()) {
    if (from.size <= limit) return;
    from.delete(key);
  }
}
