import { LRUCache } from 'lru-cache';
import type { Call } from '../core/call.ts';
import { sessionOf } from '../core/session.ts';
import type { Clock } from '../lib/clock.ts';
import type { Target } from '../providers/target.ts';

/**
 * How long a conversation stays with the target that took over. It is short enough to be back
 * within 30 s of the first target's recovery, and shorter than any vendor keeps a prompt cached
 * (5 minutes), so that going back still finds the conversation there.
 */
const STAY_MS = 20_000;

const MAX_SESSIONS = 10_000;

interface Stay {
  /** Of the target that took over. */
  readonly route: string;
  readonly until: number;
}

/**
 * Which target a conversation stays with, so that its turns don't swing between two prompt caches
 * while the first target fails now and then. Calls that don't say to which conversation they belong
 * stay nowhere.
 */
export class SessionTargets {
  readonly #clock: Clock;
  readonly #stays = new LRUCache<string, Stay>({ max: MAX_SESSIONS });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The targets in the order of trying: the one that the conversation stays with comes first. */
  order(call: Call, targets: readonly [Target, ...Target[]]): Target[] {
    const name = this.#stays.size === 0 ? null : stayName(call, targets[0]);
    const stay = name === null ? undefined : this.#stays.get(name);
    if (stay === undefined || this.#clock.now() >= stay.until) return [...targets];
    const held = targets.filter(({ route }) => route === stay.route);
    return [...held, ...targets.filter(({ route }) => route !== stay.route)];
  }

  /** `first`, which the model's name stands for, failed, and another target answered. */
  moved(call: Call, first: Target, { route }: Target): void {
    const name = stayName(call, first);
    if (name !== null) this.#stays.set(name, { route, until: this.#clock.now() + STAY_MS });
  }

  /** `first` answered, after the target that the conversation stayed with had failed. */
  returned(call: Call, first: Target): void {
    const name = stayName(call, first);
    if (name !== null) this.#stays.delete(name);
  }
}

/** One conversation may use several models, each with its own prompt cache. */
function stayName(call: Call, first: Target): string | null {
  const session = sessionOf(call);
  return session === null ? null : `${session} ${first.route}`;
}
