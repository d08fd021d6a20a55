import type { CountText } from '../wire/tokens/text-tokens.ts';

/**
 * Letters, spaces or signs without a break. A byte pair encoder takes time with the square of such
 * a run (50,000 Chinese characters: half a minute), so a long one counts by its beginning.
 */
const LONG_RUN = /\p{L}{128,}|\s{128,}|[^\s\p{L}\p{N}]{128,}/gu;
const RUN_SAMPLE_CHARS = 128;

/** Longer texts count by samples, evenly spread. */
const MAX_TEXT_CHARS = 400_000;
const SAMPLES = 8;

/** The pieces of words whose encoding is kept: bounds the memory at about 2 MB. */
const KEPT_PIECES = 8192;

/** Texts whose count is kept: system prompts, tools and earlier turns come with every request. */
const KEPT_TEXTS = 8192;
const MIN_KEPT_CHARS = 64;

let loading: Promise<CountText> | null = null;

/**
 * Counts text as OpenAI's current models do (o200k_base). Other vendors' vocabularies are of the
 * same kind and size; what they differ by is learned (`ratios.ts`).
 *
 * Loaded at the first use, once: its vocabulary costs about 0.1 s and 55 MB.
 */
export function loadTokenizer(): Promise<CountText> {
  loading ??= load();
  return loading;
}

async function load(): Promise<CountText> {
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base');
  setMergeCacheSize(KEPT_PIECES);
  // Text that looks like a special token is text: it came from a person or a file.
  const options = { disallowedSpecial: new Set<string>() };
  return remembering(bounded((text) => countTokens(text, options)));
}

/** Bounds the time that any text can take. */
export function bounded(count: CountText): CountText {
  const withoutRuns: CountText = (text) => {
    let runs = 0;
    const rest = text.replace(LONG_RUN, (run) => {
      const sample = run.slice(0, RUN_SAMPLE_CHARS);
      runs += (count(sample) * run.length) / RUN_SAMPLE_CHARS;
      return '';
    });
    return runs + (rest === '' ? 0 : count(rest));
  };
  return (text) => {
    if (text.length <= MAX_TEXT_CHARS) return withoutRuns(text);
    const size = MAX_TEXT_CHARS / SAMPLES;
    let counted = 0;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const start = Math.floor(((text.length - size) * sample) / (SAMPLES - 1));
      counted += withoutRuns(text.slice(start, start + size));
    }
    return (counted * text.length) / MAX_TEXT_CHARS;
  };
}

/** Keeps the counts of the texts seen last, by their hash: not the texts themselves. */
export function remembering(count: CountText): CountText {
  const kept = new Map<bigint, number>();
  return (text) => {
    if (text.length < MIN_KEPT_CHARS) return count(text);
    const key = Bun.hash.wyhash(text);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const tokens = count(text);
    if (kept.size >= KEPT_TEXTS) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    kept.set(key, tokens);
    return tokens;
  };
}
