import { readOutputLimit } from '../errors/output-limit.ts';
import { readOverflow } from '../errors/overflow.ts';
import { asNumber } from '../json.ts';
import type { RepairContext, RepairRule } from './repair.ts';

/** Kept free of a window's rest: vendors count a little differently from what they report. */
const MARGIN_TOKENS = 1000;

/** An answer that could not even be this long is not worth asking for. */
const MIN_OUTPUT_TOKENS = 1024;

/** `max_tokens` above the model's own limit, or above what the input leaves of the window. */
export const LIMIT_RULES: readonly RepairRule[] = [
  {
    vendor: 'all, for a context window',
    sample:
      "This model's maximum context length is 65536 tokens. However, you requested 72000 tokens (40000 in the messages, 32000 in the completion).",
    repair(context) {
      const { limit, input } = readOverflow(context.problem, 'upstream_bad_request') ?? {};
      if (limit === undefined || input === undefined) return [];
      const room = limit - input - MARGIN_TOKENS;
      if (room < MIN_OUTPUT_TOKENS || room >= askedFor(context)) return [];
      return [{ facts: { maxOutputTokens: room }, once: true }];
    },
  },
  {
    vendor: 'all, for the output',
    sample: 'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
    repair(context) {
      if (readOverflow(context.problem, 'upstream_bad_request') !== null) return [];
      const limit = readOutputLimit(context.problem.text);
      return limit === undefined || limit >= askedFor(context)
        ? []
        : [{ facts: { maxOutputTokens: limit } }];
    },
  },
];

function askedFor({ call, target }: RepairContext): number {
  const asked = asNumber(call.json()['max_tokens']) ?? Number.POSITIVE_INFINITY;
  return Math.min(asked, target.facts.maxOutputTokens ?? asked);
}
