import type { ModelFacts } from './target.ts';

/** What is known of the models whose upstream id matches. */
export interface ModelRow {
  readonly match: RegExp;
  readonly facts: ModelFacts;
}

const CLAUDE_CACHE = (input: number) => ({
  cacheRead: input / 10,
  cacheWrite: input * 1.25,
  cacheWriteHour: input * 2,
});

/**
 * Facts of known models by upstream id; the first matching row wins. An id may carry a vendor's
 * path (`openai/gpt-4o`, `zai-org/GLM-4.6`). Windows and limits in tokens, as the vendors' model
 * pages state them; prices only where the vendor lists one for the model itself, in USD per million
 * tokens, and never for models that several hosts sell at their own price.
 */
export const MODELS: readonly ModelRow[] = [
  // https://docs.anthropic.com/en/docs/about-claude/models
  {
    match: /claude-(?:opus-4-[5-9]|opus-[5-9])/,
    facts: {
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      vision: true,
      pricing: { input: 5, output: 25, ...CLAUDE_CACHE(5) },
    },
  },
  {
    match: /claude-opus-4/,
    facts: {
      contextWindow: 200_000,
      maxOutputTokens: 32_000,
      vision: true,
      pricing: { input: 15, output: 75, ...CLAUDE_CACHE(15) },
    },
  },
  {
    match: /claude-(?:sonnet-[45]|3-7-sonnet)/,
    facts: {
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      vision: true,
      pricing: { input: 3, output: 15, ...CLAUDE_CACHE(3) },
    },
  },
  {
    match: /claude-haiku-4/,
    facts: {
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      vision: true,
      pricing: { input: 1, output: 5, ...CLAUDE_CACHE(1) },
    },
  },
  { match: /claude-/, facts: { contextWindow: 200_000, vision: true } },

  // https://platform.minimax.io/docs/guides/pricing
  {
    match: /minimax-m2(?:\.\d)?-(?:highspeed|lightning)/i,
    facts: { contextWindow: 204_800, maxOutputTokens: 131_072, vision: false },
  },
  {
    match: /minimax-m2/i,
    facts: {
      contextWindow: 204_800,
      maxOutputTokens: 131_072,
      vision: false,
      pricing: { input: 0.3, output: 1.2, cacheRead: 0.03, cacheWrite: 0.375 },
    },
  },

  // https://api-docs.deepseek.com/quick_start/pricing
  {
    match: /deepseek-v4/i,
    facts: { contextWindow: 1_000_000, maxOutputTokens: 384_000, vision: false },
  },
  {
    match: /deepseek-(?:reasoner|r1|v3\.[12])/i,
    facts: { contextWindow: 128_000, maxOutputTokens: 64_000, vision: false },
  },
  {
    match: /deepseek-(?:chat|v3)/i,
    facts: { contextWindow: 128_000, maxOutputTokens: 8192, vision: false },
  },

  // https://docs.z.ai/guides/overview/overview
  {
    match: /glm-4\.[5-9]v/i,
    facts: { contextWindow: 65_536, maxOutputTokens: 16_384, vision: true },
  },
  { match: /glm-5/i, facts: { contextWindow: 200_000, maxOutputTokens: 131_072, vision: false } },
  {
    match: /glm-4\.[67]/i,
    facts: { contextWindow: 200_000, maxOutputTokens: 131_072, vision: false },
  },
  { match: /glm-4\.5/i, facts: { contextWindow: 131_072, maxOutputTokens: 98_304, vision: false } },

  // https://platform.moonshot.ai/docs/introduction
  { match: /kimi-k(?:2\.[5-9]|2p[5-9]|3)/i, facts: { contextWindow: 262_144, vision: true } },
  { match: /kimi-k2/i, facts: { contextWindow: 262_144, vision: false } },

  // https://platform.openai.com/docs/models
  { match: /gpt-oss/i, facts: { contextWindow: 131_072, vision: false } },
  { match: /gpt-5-chat/, facts: { contextWindow: 128_000, maxOutputTokens: 16_384, vision: true } },
  { match: /gpt-5\.[4-9]/, facts: { maxOutputTokens: 128_000, vision: true } },
  {
    match: /gpt-5(?:\.1)?-mini/,
    facts: {
      contextWindow: 400_000,
      maxOutputTokens: 128_000,
      vision: true,
      pricing: { input: 0.25, output: 2, cacheRead: 0.025 },
    },
  },
  {
    match: /gpt-5-nano/,
    facts: {
      contextWindow: 400_000,
      maxOutputTokens: 128_000,
      vision: true,
      pricing: { input: 0.05, output: 0.4, cacheRead: 0.005 },
    },
  },
  {
    match: /gpt-5(?:\.1)?(?:-\d{4}|-codex|$)/,
    facts: {
      contextWindow: 400_000,
      maxOutputTokens: 128_000,
      vision: true,
      pricing: { input: 1.25, output: 10, cacheRead: 0.125 },
    },
  },
  { match: /gpt-5/, facts: { contextWindow: 400_000, maxOutputTokens: 128_000, vision: true } },
  {
    match: /gpt-4\.1-mini/,
    facts: {
      contextWindow: 1_047_576,
      maxOutputTokens: 32_768,
      vision: true,
      pricing: { input: 0.4, output: 1.6, cacheRead: 0.1 },
    },
  },
  {
    match: /gpt-4\.1-nano/,
    facts: {
      contextWindow: 1_047_576,
      maxOutputTokens: 32_768,
      vision: true,
      pricing: { input: 0.1, output: 0.4, cacheRead: 0.025 },
    },
  },
  {
    match: /gpt-4\.1/,
    facts: {
      contextWindow: 1_047_576,
      maxOutputTokens: 32_768,
      vision: true,
      pricing: { input: 2, output: 8, cacheRead: 0.5 },
    },
  },
  {
    match: /gpt-4o-mini/,
    facts: {
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      vision: true,
      pricing: { input: 0.15, output: 0.6, cacheRead: 0.075 },
    },
  },
  {
    match: /gpt-4o/,
    facts: {
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      vision: true,
      pricing: { input: 2.5, output: 10, cacheRead: 1.25 },
    },
  },
  {
    match: /(?:^|\/)(?:o3|o4-mini)/,
    facts: { contextWindow: 200_000, maxOutputTokens: 100_000, vision: true },
  },

  // https://ai.google.dev/gemini-api/docs/models
  {
    match: /gemini-(?:2\.5|3)/,
    facts: { contextWindow: 1_048_576, maxOutputTokens: 65_536, vision: true },
  },
  {
    match: /gemini-2\.0/,
    facts: { contextWindow: 1_048_576, maxOutputTokens: 8192, vision: true },
  },

  // https://docs.x.ai/docs/models
  { match: /grok-code-fast/, facts: { contextWindow: 256_000, vision: false } },
  { match: /grok-4(?:-\d|$)/, facts: { contextWindow: 256_000, vision: true } },
  { match: /grok-3/, facts: { contextWindow: 131_072, vision: false } },

  // https://qwen.readthedocs.io and the model cards
  {
    match: /qwen3-coder/i,
    facts: { contextWindow: 262_144, maxOutputTokens: 65_536, vision: false },
  },
  { match: /qwen3-vl/i, facts: { vision: true } },
  { match: /llama-3\.[13]/i, facts: { contextWindow: 131_072, vision: false } },
  { match: /^sonar/, facts: { contextWindow: 128_000, vision: true } },
  { match: /devstral/i, facts: { contextWindow: 131_072, vision: false } },
];

/** What is known of a model by its upstream id; nothing for one that no row matches. */
export function modelFacts(id: string): ModelFacts {
  return MODELS.find((row) => row.match.test(id))?.facts ?? {};
}
