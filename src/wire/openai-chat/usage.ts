import type { Usage } from '../../core/messages.ts';
import { asNumber, asObject, isObject, type JsonObject } from '../json.ts';

/**
 * The counts of a reply or chunk. They stand in `usage`, in `choices[0].usage` (Kimi) or in
 * `x_groq.usage`, and the cached part of the prompt goes by four names. Anthropic's input total is
 * the sum of three counts, so the cached parts are taken out of `prompt_tokens`.
 */
export function readUsage(reply: JsonObject, choice: JsonObject | null): Usage | null {
  const usage = reply['usage'] ?? choice?.['usage'] ?? asObject(reply['x_groq'])['usage'];
  if (!isObject(usage)) return null;
  const prompt = asNumber(usage['prompt_tokens']) ?? asNumber(usage['input_tokens']) ?? 0;
  const output = asNumber(usage['completion_tokens']) ?? asNumber(usage['output_tokens']) ?? 0;
  const details = asObject(usage['prompt_tokens_details']);
  const cacheReadTokens =
    asNumber(details['cached_tokens']) ??
    asNumber(usage['prompt_cache_hit_tokens']) ??
    asNumber(usage['cached_tokens']) ??
    asNumber(usage['cache_read_input_tokens']) ??
    0;
  const cacheWriteTokens =
    asNumber(details['cache_write_tokens']) ?? asNumber(usage['cache_creation_input_tokens']) ?? 0;
  const thinking = asNumber(asObject(usage['completion_tokens_details'])['reasoning_tokens']);
  return {
    inputTokens: Math.max(0, prompt - cacheReadTokens - cacheWriteTokens),
    outputTokens: output,
    cacheReadTokens,
    cacheWriteTokens,
    ...(thinking === undefined ? {} : { thinkingTokens: thinking }),
  };
}

/** The counts in Anthropic's form. */
export function anthropicUsage(usage: Usage): Record<string, unknown> {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens,
    ...(usage.thinkingTokens === undefined
      ? {}
      : { output_tokens_details: { thinking_tokens: usage.thinkingTokens } }),
  };
}
