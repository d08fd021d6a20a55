import { GatewayError, type ErrorKind, type UpstreamProblem } from '../../core/errors.ts';
import { estimateTokens } from '../estimate-tokens.ts';
import type { ErrorContext } from './context.ts';

/** What an upstream says about a context that is too long; absent where it gives no number. */
export interface Overflow {
  readonly limit?: number;
  readonly input?: number;
  readonly output?: number;
}

/**
 * Wordings of a context that is too long, one row per vendor. `blindSpot`: what a row would take
 * for one although it isn't, or misses.
 */
const WORDINGS: readonly {
  readonly pattern: RegExp;
  readonly vendor: string;
  readonly blindSpot?: string;
}[] = [
  { pattern: /prompt is too long/i, vendor: 'Anthropic' },
  { pattern: /input is too long for requested model/i, vendor: 'Bedrock' },
  { pattern: /exceeds? the context window/i, vendor: 'OpenAI responses' },
  { pattern: /maximum context length/i, vendor: 'OpenAI, DeepSeek, vLLM, OpenRouter' },
  { pattern: /input token count.*exceeds the maximum/is, vendor: 'Gemini' },
  { pattern: /maximum prompt length is \d+/i, vendor: 'xAI' },
  { pattern: /reduce the length of the messages/i, vendor: 'Groq, OpenAI' },
  { pattern: /maximum allowed input length/i, vendor: 'Model Studio' },
  { pattern: /range of input length should be/i, vendor: 'Model Studio' },
  { pattern: /longer than the model'?s context length/i, vendor: 'Together' },
  {
    pattern: /token count.*exceeds the limit of \d+/i,
    vendor: 'Copilot',
    blindSpot: 'limits of anything else than tokens',
  },
  { pattern: /exceeds the available context size/i, vendor: 'llama.cpp' },
  { pattern: /greater than the context length/i, vendor: 'LM Studio' },
  { pattern: /context the overflows/i, vendor: 'LM Studio' },
  { pattern: /context window exceeds limit/i, vendor: 'MiniMax' },
  { pattern: /exceeded model token limit/i, vendor: 'Kimi' },
  { pattern: /too large for model with \d+ maximum/i, vendor: 'Mistral' },
  { pattern: /prompt too long; exceeded/i, vendor: 'Ollama' },
  { pattern: /input length.*exceeds/i, vendor: 'SiliconFlow, Fireworks' },
  { pattern: /prompt (?:exceeds|is longer than) (?:max|the max)/i, vendor: 'GLM' },
  { pattern: /input length and `?max_tokens`? exceed context limit/i, vendor: 'Anthropic' },
  { pattern: /longer than the maximum model length/i, vendor: 'vLLM' },
  { pattern: /context size has been exceeded/i, vendor: 'LM Studio' },
  {
    pattern: /exceeds? (?:the |model'?s )*maximum (?:number of )?input (?:tokens|length)/i,
    vendor: 'Bedrock, SGLang',
  },
];

const CODES: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'model_max_prompt_tokens_exceeded',
  'string_above_max_length',
  'exceed_context_size_error',
  'model_context_window_exceeded',
  // GLM's code for a prompt that is too long.
  '1261',
]);

/** A limit per minute uses the same words and goes away by waiting. */
const RATE_LIMIT = /rate limit|too many requests|per minute|\btpm\b/i;

/** Groq: a single request above the limit per minute will never pass, however long one waits. */
const TOKENS_PER_MINUTE = /tokens per minute.*limit:? (\d+).*requested:? (\d+)/is;

const LIMITS: readonly RegExp[] = [
  /maximum context length (?:is|of) (\d+)/i,
  /maximum prompt length is (\d+)/i,
  /token limit:? (\d+)/i,
  /> (\d+) maximum/i,
  /exceed context limit: \d+ \+ \d+ > (\d+)/i,
  /with (\d+) maximum/i,
  /exceeds the (?:available context size|limit) (?:of )?\(?(\d+)/i,
  /maximum number of tokens allowed \(?(\d+)/i,
  /context length(?: of only)? \(?(\d+)/i,
  /input length should be \[\d+, ?(\d+)\]/i,
  /maximum (?:allowed input|model) length (?:is|of) (\d+)/i,
  /"?n_ctx"?:? ?(\d+)/i,
];

const INPUTS: readonly RegExp[] = [
  /resulted in (\d+) tokens/i,
  /\((\d+) in the messages/i,
  /(\d+) (?:tokens )?(?:from|in) the (?:input )?messages/i,
  /input token count \(?(\d+)/i,
  /prompt token count of (\d+)/i,
  /request contains (\d+) tokens/i,
  /request has (\d+) input tokens/i,
  /exceed context limit: (\d+) \+/i,
  /\(requested:? (\d+)\)/i,
  /prompt is too long: (\d+)/i,
  /prompt contains (?:at least )?(\d+) (?:input )?tokens/i,
  /input length \(?(\d+)/i,
  /request \((\d+) tokens\)/i,
  /the input \((\d+) tokens\)/i,
  /first (\d+) tokens/i,
  /"?n_prompt_tokens"?:? ?(\d+)/i,
  /requested (?:a total of )?(\d+) tokens(?! ?[(:])/i,
];

const OUTPUTS: readonly RegExp[] = [
  /(\d+) in the output/i,
  /requested (\d+) output tokens/i,
  /(\d+) (?:tokens )?(?:for|in) the completion/i,
  /\+ (\d+) > \d+/,
];

/**
 * Reads an upstream's error as an overflow, or gives `null`.
 *
 * @param kind what the error is otherwise: a bad key or an empty account stays one, whatever is said
 */
export function readOverflow(
  { text, code, type }: UpstreamProblem,
  kind: ErrorKind,
): Overflow | null {
  if (kind === 'upstream_unauthorized' || kind === 'upstream_billing') return null;
  const perMinute = TOKENS_PER_MINUTE.exec(text);
  if (perMinute !== null) {
    const [limit, input] = [Number(perMinute[1]), Number(perMinute[2])];
    return input > limit ? { limit, input } : null;
  }
  const known = WORDINGS.some((row) => row.pattern.test(text)) && !RATE_LIMIT.test(text);
  if (!known && !CODES.has(code) && !CODES.has(type)) return null;
  const plain = text.replaceAll(/(?<=\d)[,_](?=\d{3})/g, '');
  return {
    ...found('limit', LIMITS, plain),
    ...(inputParts(plain) ?? found('input', INPUTS, plain)),
    ...found('output', OUTPUTS, plain),
  };
}

/** OpenRouter tells the input in parts: "8963 of text input, 13176 of tool input". */
function inputParts(text: string): Overflow | null {
  const parts = [...text.matchAll(/(\d+) of \w+ input/gi)].map(([, count]) => Number(count));
  return parts.length === 0 ? null : { input: parts.reduce((sum, part) => sum + part, 0) };
}

function found(key: keyof Overflow, patterns: readonly RegExp[], text: string): Overflow {
  for (const pattern of patterns) {
    const number = Number(pattern.exec(text)?.[1]);
    if (Number.isSafeInteger(number) && number > 0) return { [key]: number };
  }
  return {};
}

/**
 * The error in Anthropic's own words and numbers, on which Claude Code compacts the conversation,
 * or, where only the reply didn't fit, asks again with a smaller `max_tokens`. Both were measured
 * with the real client; the back ticks are needed.
 */
export function overflowError(
  overflow: Overflow,
  { call, target }: ErrorContext,
  upstreamStatus?: number,
): GatewayError {
  const where = `(${target.provider.label}, route ${target.route})`;
  const options = upstreamStatus === undefined ? {} : { upstreamStatus };
  const { input, output } = overflow;
  const estimate = input ?? estimateTokens(call.json());
  const limit = overflow.limit ?? target.facts.contextWindow ?? Math.max(1, estimate - 1);
  if (input !== undefined && output !== undefined && input <= limit) {
    return new GatewayError(
      'context_overflow',
      `input length and \`max_tokens\` exceed context limit: ${input} + ${output} > ${limit}, ` +
        `decrease input length or \`max_tokens\` and try again ${where}`,
      options,
    );
  }
  const tokens = Math.max(estimate, limit + 1);
  return new GatewayError(
    'context_overflow',
    `prompt is too long: ${tokens} tokens > ${limit} maximum ${where}`,
    options,
  );
}
