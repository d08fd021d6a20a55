import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Call } from '../core/call.ts';
import type { GatewayError } from '../core/errors.ts';
import { sessionOf } from '../core/session.ts';
import type { Clock } from '../lib/clock.ts';
import { targetHost, type KeySource, type Target } from '../providers/target.ts';

/** Then a key is tried again, whatever the upstream said when it was at its limit. */
const LONGEST_REST_MS = 3_600_000;

/** More than any configuration has keys and routes. */
const MAX_KEYS = 10_000;
const MAX_SESSIONS = 10_000;

/** A target with one of its keys. */
export interface KeyedTarget {
  readonly target: Target;
  /** Tells keys apart without being one; the same one after a reload. */
  readonly id: string;
}

interface Rest {
  readonly until: number;
  readonly error: GatewayError;
}

/**
 * Which of a route's keys comes next, and which of them rest. A conversation keeps its key while
 * that works, because vendors cache prompts by account; other calls take turns.
 */
export class KeyRing {
  readonly #clock: Clock;
  readonly #rests = new LRUCache<string, Rest>({ max: MAX_KEYS });
  /** How many conversations, and calls without one, a route has had. */
  readonly #turns = new LRUCache<string, number>({ max: MAX_KEYS });
  readonly #bySession = new LRUCache<string, string>({ max: MAX_SESSIONS });
  readonly #keyed = new WeakMap<Target, readonly KeyedTarget[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A target with each of its keys that don't rest, in the order of trying. */
  order(call: Call, target: Target, keys: readonly KeySource[]): KeyedTarget[] {
    const all = this.#allOf(target, keys);
    const name = sessionName(call, target);
    const held = name === null ? undefined : this.#bySession.get(name);
    let first = all.findIndex(({ id }) => id === held);
    if (first === -1) {
      const turn = this.#turns.get(target.route) ?? 0;
      this.#turns.set(target.route, turn + 1);
      first = turn % all.length;
    }
    return [...all.slice(first), ...all.slice(0, first)].filter(
      ({ id }) => this.#restOf(id) === null,
    );
  }

  /** The key that will be back first, where all rest, and why it rests. */
  firstBack(target: Target, keys: readonly KeySource[]): KeyedTarget & Rest {
    const rests = this.#allOf(target, keys).flatMap((keyed) => {
      const rest = this.#restOf(keyed.id);
      return rest === null ? [] : [{ ...keyed, ...rest }];
    });
    const [first] = rests.toSorted((left, right) => left.until - right.until);
    if (first === undefined) throw new Error('no key rests');
    return first;
  }

  /** The key was refused or is at its limit. */
  rest({ id }: KeyedTarget, error: GatewayError): void {
    const ms = error.retryAfterMs ?? error.rule.keyRestMs ?? 0;
    this.#rests.set(id, { until: this.#clock.now() + Math.min(ms, LONGEST_REST_MS), error });
  }

  /** The key worked: the conversation stays with it. */
  worked(call: Call, { target, id }: KeyedTarget): void {
    this.#rests.delete(id);
    const name = sessionName(call, target);
    if (name !== null) this.#bySession.set(name, id);
  }

  #restOf(id: string): Rest | null {
    const rest = this.#rests.get(id);
    return rest === undefined || this.#clock.now() >= rest.until ? null : rest;
  }

  #allOf(target: Target, keys: readonly KeySource[]): readonly KeyedTarget[] {
    let all = this.#keyed.get(target);
    if (all === undefined) {
      all = keys.map((credential) => ({
        target: { ...target, credential },
        id: keyId(target, credential),
      }));
      this.#keyed.set(target, all);
    }
    return all;
  }
}

/** A key may be at its limit at one host and free at another. */
function keyId(target: Target, key: KeySource): string {
  const value = key.kind === 'secret' ? key.secret.reveal() : `command ${key.command}`;
  return createHash('sha256')
    .update(`${targetHost(target)}\n${value}`)
    .digest('base64url');
}

function sessionName(call: Call, { route }: Target): string | null {
  const session = sessionOf(call);
  return session === null ? null : `${session} ${route}`;
}
