import type { AnthropicRequest, Usage } from '../core/messages.ts';
import { asBuffer } from '../lib/bytes.ts';
import { targetKey, type Target } from '../providers/target.ts';
import { requestTokens, seenParts } from '../wire/tokens/request-tokens.ts';
import { TokenRatios } from './ratios.ts';
import { loadTokenizer } from './tokenizer.ts';

/** A finished call's body is kept up to this size until somebody asks for a count. */
const MAX_SAMPLE_BYTES = 2_097_152;
const MAX_SAMPLES = 16;

/** The least of what was counted that a vendor may count: of a model that is known, and of any. */
const KNOWN_AT_LEAST = 0.95;
const UNKNOWN_AT_LEAST = 0.8;

interface Sample {
  readonly body: Uint8Array;
  readonly actual: number;
  readonly target: Target;
}

/**
 * Counts the input of requests on this machine. Learning costs nothing until somebody asks: of the
 * last call to each target only the body is kept, and measured with the first count for that target.
 */
export class TokenCounter {
  readonly #ratios = new TokenRatios();
  readonly #samples = new Map<string, Sample>();

  /** Takes note of what an upstream counted for a request. */
  sample(body: Uint8Array, target: Target, usage: Usage): void {
    if (body.byteLength > MAX_SAMPLE_BYTES) return;
    const actual = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    const key = targetKey(target);
    this.#samples.delete(key);
    this.#samples.set(key, { body, actual, target });
    if (this.#samples.size <= MAX_SAMPLES) return;
    const [oldest] = this.#samples.keys();
    if (oldest !== undefined) this.#samples.delete(oldest);
  }

  /** Tokens of a request's input at a target; at least 1. */
  async count(request: AnthropicRequest, target: Target): Promise<number> {
    const tokens = await this.#measure(request, target);
    return Math.max(1, Math.round(tokens * (this.#ratios.ratioOf(target) ?? 1)));
  }

  /** What a request's input has at a target even where the count is as far off as it gets. */
  async atLeast(request: AnthropicRequest, target: Target): Promise<number> {
    const tokens = await this.#measure(request, target);
    const ratio = this.#ratios.ratioOf(target);
    return Math.floor(tokens * (ratio === undefined ? UNKNOWN_AT_LEAST : ratio * KNOWN_AT_LEAST));
  }

  /** Our own count, with what there is to learn learned. */
  async #measure(request: AnthropicRequest, target: Target): Promise<number> {
    const countText = await loadTokenizer();
    const measure = (one: AnthropicRequest, at: Target) =>
      requestTokens(one, countText, seenParts(at));
    const sample = this.#samples.get(targetKey(target));
    if (sample !== undefined) {
      this.#samples.delete(targetKey(target));
      const text = asBuffer(sample.body);
      const learned = JSON.parse(text.toString('utf8')) as AnthropicRequest;
      this.#ratios.learn(target, measure(learned, sample.target), sample.actual);
    }
    return measure(request, target);
  }
}
