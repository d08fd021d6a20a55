/** Wordings of a `max_tokens` above the model's own limit; each pattern's first group is the limit. */
const WORDINGS: readonly {
  readonly vendor: string;
  readonly sample: string;
  readonly pattern: RegExp;
  /** The number itself is too much already. */
  readonly exclusive?: true;
}[] = [
  {
    vendor: 'Anthropic',
    sample:
      'max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5',
    pattern: /max_tokens: \d+ > (\d+)/i,
  },
  {
    vendor: 'DeepSeek',
    sample: 'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
    pattern: /max_(?:completion_)?tokens[^[\]]{0,80}\[\d+, ?(\d+)\]/i,
  },
  {
    vendor: 'Model Studio',
    sample: '<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 65536]',
    pattern: /range of max_tokens should be \[\d+, ?(\d+)\]/i,
  },
  {
    vendor: 'OpenAI, MiMo',
    sample:
      'max_tokens is too large: 128000. This model supports at most 16384 completion tokens, whereas you provided 128000.',
    pattern: /supports at most (\d+) (?:completion|output) tokens/i,
  },
  {
    vendor: 'Groq',
    sample:
      '`max_completion_tokens` must be less than or equal to `32768`, the maximum value for `max_completion_tokens` is less than the `context_window` for this model',
    pattern:
      /max_(?:completion_|new_)?tokens\W{1,3}(?:must|should) be (?:less than or equal to|at most|<=) ?`?(\d+)/i,
  },
  {
    vendor: 'FastAPI',
    sample: 'max_tokens: Input should be less than or equal to 8192',
    pattern: /max_(?:completion_)?tokens: Input should be less than or equal to (\d+)/i,
  },
  {
    vendor: 'Volcengine',
    sample:
      'The parameter `max_completion_tokens` specified in the request are not valid: integer above maximum value, expected a value <= 12288, but got 32000 instead.',
    pattern: /max_(?:completion_)?tokens.{1,120}expected a value <= (\d+)/is,
  },
  {
    vendor: 'Gemini',
    sample:
      'Unable to submit request because it has a maxOutputTokens value of 128000 but the supported range is from 1 (inclusive) to 65537 (exclusive).',
    pattern: /maxOutputTokens.{1,100}to (\d+) \(exclusive\)/is,
    exclusive: true,
  },
  {
    vendor: 'Bedrock',
    sample:
      'The maximum tokens you requested exceeds the model limit of 8192. Try again with a maximum tokens value that is lower than 8192.',
    pattern: /maximum tokens you requested exceeds the model limit of (\d+)/i,
  },
  {
    vendor: 'others',
    sample: 'max_tokens (128000) exceeds the maximum value of 16384',
    pattern:
      /max_(?:completion_)?tokens\D{0,40}(?:\d+\D{1,4})?(?:exceeds|exceed|maximum)\D{0,60}?(?:of|is|:|\() ?(\d+)/i,
  },
];

/** The most output tokens that an upstream says its model takes; `undefined` where it says nothing. */
export function readOutputLimit(text: string): number | undefined {
  const plain = text.replaceAll(/(?<=\d)[,_](?=\d{3})/g, '');
  for (const { pattern, exclusive } of WORDINGS) {
    const number = Number(pattern.exec(plain)?.[1]);
    const limit = exclusive === true ? number - 1 : number;
    if (Number.isSafeInteger(limit) && limit > 0) return limit;
  }
  return undefined;
}

/** For tests: every wording is read, and as its vendor means it. */
export const OUTPUT_LIMIT_SAMPLES: readonly string[] = WORDINGS.map(({ sample }) => sample);
