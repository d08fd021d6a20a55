import { LRUCache } from 'lru-cache';
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

  #get(key: string): Circuit {
    let circuit = this.#circuits.get(key);
    if (circuit === undefined) {
      circuit = new Circuit(this.#clock);
      this.#circuits.set(key, circuit);
    }
    return circuit;
  }
}
