import type { OpenAiChatCompat } from '../../providers/spec.ts';
import type { Thinking } from '../requested-thinking.ts';

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
