import type Anthropic from '@anthropic-ai/sdk';

/**
 * Anthropic's Messages API is the canonical model of a conversation. Its types come from the
 * official SDK, as types only; clients send more than any one version knows, so readers must
 * tolerate unknown fields and block types.
 */
export type AnthropicRequest = Anthropic.MessageCreateParams & Record<string, unknown>;
export type AnthropicEvent =
  | Anthropic.RawMessageStreamEvent
  | { readonly type: 'ping' }
  | { readonly type: 'error'; readonly error: { readonly type: string; readonly message: string } };

/** Token counts of one reply, in Anthropic's terms: the input's total is the sum of the three. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** The part of the cache writes that lasts for an hour, which costs more; absent: not said. */
  readonly cacheWriteHourTokens?: number;
  /** The part of the output that was thinking; absent: not said. */
  readonly thinkingTokens?: number;
}
