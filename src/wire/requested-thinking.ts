import { EFFORTS, type Effort } from '../providers/spec.ts';
import { asNumber, asObject, type JsonObject } from './json.ts';

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
