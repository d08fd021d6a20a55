import { LRUCache } from 'lru-cache';
import type { Health } from '../core/route-summary.ts';
import type { Clock } from '../lib/clock.ts';
import { targetHost, targetKey, type Target } from '../providers/target.ts';
import { Circuit } from './circuit.ts';

/** More than any configuration has targets and hosts. */
const MAX_CIRCUITS = 2000;

/**
 * A circuit for each target and for each host. What fails on the way to a host counts for all
 * targets there; what a host answers counts for the one target.
 */
export class Circuits {
  readonly #clock: Clock;
  readonly #circuits = new LRUCache<string, Circuit>({ max: MAX_CIRCUITS });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ofHost(target: Target): Circuit {
    return this.#get(targetHost(target));
  }

  ofTarget(target: Target): Circuit {
    return this.#get(targetKey(target));
  }

  /** Whether a target, or its host, failed too often lately. */
  isOpen(target: Target): boolean {
    return this.ofTarget(target).isOpen || this.ofHost(target).isOpen;
  }

  /** How a target and its host did lately; what is worse counts. */
  health(target: Target): Health {
    const [worse] = [this.ofTarget(target), this.ofHost(target)].sort(
      (one, other) => Number(other.isOpen) - Number(one.isOpen) || other.failures - one.failures,
    );
    if (worse === undefined || worse.cause === null) {
      return { state: 'ok', failures: 0, problem: null };
    }
    const { failures, cause, isOpen } = worse;
    return { state: isOpen ? 'down' : 'failing', failures, problem: cause.message };
  }

  #get(key: string): Circuit {
    let circuit = this.#circuits.get(key);
    if (circuit === undefined) {
      circuit = new Circuit(this.#clock);
      this.#circuits.set(key, circuit);
    }
    return circuit;
  }
}
