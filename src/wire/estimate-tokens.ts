import type { AnthropicRequest } from '../core/messages.ts';
import { requestTokens } from './tokens/request-tokens.ts';
import { estimateText } from './tokens/text-tokens.ts';

/**
 * Roughly how many tokens a request's input has, without asking anybody and without a tokenizer.
 *
 * @returns at least 1.
 */
export function estimateTokens(request: AnthropicRequest): number {
  return requestTokens(request, estimateText);
}
