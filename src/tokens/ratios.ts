import { targetKey, type Target } from '../providers/target.ts';

/** Below this, what a vendor's template adds to every prompt outweighs the text. */
const LEAST_TOKENS = 1000;
/** Outside of this, something else than the vocabulary is at work, such as a search's results. */
const PLAUSIBLE = { least: 0.4, most: 2.5 };
/** How much a new call says against all earlier ones: half of a ratio is the last two calls. */
const WEIGHT = 0.3;
const MAX_TARGETS = 256;

/**
 * How many tokens a model's vendor really counts for one of ours, learned from finished calls. In
 * memory only, bounded, the calls of long ago fading.
 */
export class TokenRatios {
  readonly #ratios = new Map<string, number>();

  /** Both counts are of the whole input of one request. */
  learn(target: Target, estimated: number, actual: number): void {
    if (estimated < LEAST_TOKENS) return;
    const seen = actual / estimated;
    if (!(seen >= PLAUSIBLE.least && seen <= PLAUSIBLE.most)) return;
    const key = targetKey(target);
    const known = this.#ratios.get(key);
    this.#ratios.delete(key);
    this.#ratios.set(key, known === undefined ? seen : known + WEIGHT * (seen - known));
    if (this.#ratios.size <= MAX_TARGETS) return;
    const [oldest] = this.#ratios.keys();
    if (oldest !== undefined) this.#ratios.delete(oldest);
  }

  /** What an estimate for this target is to be multiplied by, where anything is known. */
  ratioOf(target: Target): number | undefined {
    return this.#ratios.get(targetKey(target));
  }
}
