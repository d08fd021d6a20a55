import { EFFORTS, type Effort, type OpenAiChatCompat } from '../../providers/spec.ts';
import { asNumber, asObject, type JsonObject } from '../json.ts';

/** What the client wants of the model's thinking. */
export type Thinking =
  | { readonly on: false; readonly refused: boolean }
  | { readonly on: true; readonly effort: Effort; readonly budget: number | null };

/** Largest budget in tokens → effort. Vendors document no such table; these are common buckets. */
const EFFORT_BY_BUDGET: readonly (readonly [number, Effort])[] = [
  [1024, 'low'],
  [8192, 'medium'],
  [24_576, 'high'],
];

/**
 * Reads `thinking` and `output_config.effort`. An effort alone doesn't switch thinking on, as with
 * Anthropic; without an effort, adaptive thinking is `high`.
 */
export function requestedThinking(request: JsonObject): Thinking {
  const thinking = asObject(request['thinking']);
  const type = thinking['type'];
  if (type === undefined || type === null) return { on: false, refused: false };
  if (type === 'disabled') return { on: false, refused: true };
  const budget = asNumber(thinking['budget_tokens']);
  if (type === 'enabled' && budget !== undefined) {
    const effort = EFFORT_BY_BUDGET.find(([limit]) => budget <= limit)?.[1] ?? 'xhigh';
    return { on: true, effort, budget };
  }
  const asked = asObject(request['output_config'])['effort'];
  return { on: true, effort: EFFORTS.find((effort) => effort === asked) ?? 'high', budget: null };
}

/** The fields that switch thinking on or off in the vendor's own way. */
export function thinkingFields(
  thinking: Thinking,
  compat: OpenAiChatCompat,
  hasTools: boolean,
): Record<string, unknown> {
  const effort = thinking.on ? (compat.efforts?.[thinking.effort] ?? null) : compat.effortOff;
  const effortField = effort === null ? {} : { reasoning_effort: effort };
  if (compat.thinking === 'none') return {};
  if (compat.thinking === 'reasoning_effort') {
    return hasTools && compat.effortWithTools !== null
      ? { reasoning_effort: compat.effortWithTools }
      : effortField;
  }
  if (!thinking.on) return compat.thinkingAlwaysOn ? {} : OFF[compat.thinking];
  if (compat.thinking === 'thinking') {
    return { thinking: { type: 'enabled', ...compat.thinkingFields }, ...effortField };
  }
  if (compat.thinking === 'reasoning') {
    return { reasoning: effort === null ? { enabled: true } : { effort } };
  }
  const budget = thinking.budget === null ? {} : { thinking_budget: thinking.budget };
  return { enable_thinking: true, ...budget };
}

/** No effort beside it: DeepSeek rejects both together (deepseek-ai/DeepSeek-V3#1397). */
const OFF = {
  thinking: { thinking: { type: 'disabled' } },
  reasoning: { reasoning: { enabled: false } },
  enable_thinking: { enable_thinking: false },
} as const;
