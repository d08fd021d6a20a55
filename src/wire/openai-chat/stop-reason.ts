/** The stop reasons that a translated reply can have. */
export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'stop_sequence' | 'refusal';

/** `finish_reason`s that stand for a failure (GLM, DeepSeek, OpenRouter, vLLM). */
const FAILURES: ReadonlySet<string> = new Set([
  'error',
  'network_error',
  'insufficient_system_resource',
  'abort',
]);

/** GLM: the context was full, with an answer begun or not. */
const WINDOW_FULL = 'model_context_window_exceeded';
const LENGTH: ReadonlySet<string> = new Set(['length', 'model_length', 'max_tokens', WINDOW_FULL]);
const REFUSAL: ReadonlySet<string> = new Set(['content_filter', 'sensitive', 'refusal']);

export function isFailure(finishReason: string): boolean {
  return FAILURES.has(finishReason);
}

export function isWindowFull(finishReason: string): boolean {
  return finishReason === WINDOW_FULL;
}

export function isLength(finishReason: string): boolean {
  return LENGTH.has(finishReason);
}

/**
 * `finish_reason` in Anthropic's words. Many servers say `stop` where they called tools
 * (ollama/ollama#7963), so the blocks of the reply decide between `tool_use` and `end_turn`.
 */
export function stopReason(
  finishReason: string | null,
  reply: { readonly hasTools: boolean; readonly refused: boolean },
): StopReason {
  if (finishReason !== null && LENGTH.has(finishReason)) return 'max_tokens';
  if (reply.refused || (finishReason !== null && REFUSAL.has(finishReason))) return 'refusal';
  return reply.hasTools ? 'tool_use' : 'end_turn';
}
