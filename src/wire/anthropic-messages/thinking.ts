import { mentions } from '../../lib/bytes.ts';
import type { Effort } from '../../providers/spec.ts';
import { JsonNode } from '../json-node.ts';
import { asNumber, asObject } from '../json.ts';
import { requestedThinking } from '../requested-thinking.ts';
import type { Adaptation } from './adaptation.ts';

/** Effort → tokens. No vendor documents such a table; each is the top of its common bucket. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  low: 4096,
  medium: 8192,
  high: 24_576,
  xhigh: 32_000,
  max: 63_999,
};

/** Anthropic's least budget, which others took over. */
const MIN_BUDGET = 1024;

const DISABLED = { type: 'disabled' };

const mentionsThinking = mentions('"thinking"');
const mentionsOutputConfig = mentions('"output_config"');

/** Thinking in the form that the upstream takes. Must come after `max_tokens` was cut. */
export const thinkingConfig: Adaptation = {
  concerns: (body, { target }) =>
    target.compat.thinkingConfig !== 'as-sent' && mentionsThinking(body),

  apply(root, { target }) {
    const thinking = root.get('thinking');
    if (thinking === undefined) return;
    const mode = target.compat.thinkingConfig;
    if (mode === 'none') root.delete('thinking');
    else if (mode === 'disabled') root.set('thinking', JsonNode.of(DISABLED));
    else if (thinking.get('type')?.text() === 'adaptive') {
      root.set('thinking', JsonNode.of(budgetForm(root)));
    }
  },
};

/** Thinking tokens count as output, so the budget has to stay below `max_tokens`. */
function budgetForm(root: JsonNode): object {
  const wanted = requestedThinking({
    thinking: { type: 'adaptive' },
    output_config: asObject(root.get('output_config')?.value()),
  });
  const room = (asNumber(root.get('max_tokens')?.value()) ?? Number.POSITIVE_INFINITY) - 1;
  const budget = Math.min(wanted.on ? BUDGETS[wanted.effort] : 0, room);
  return budget < MIN_BUDGET ? DISABLED : { type: 'enabled', budget_tokens: budget };
}

/** An effort beside switched-off thinking is taken out where the two contradict each other. */
export const effortWithoutThinking: Adaptation = {
  concerns: (body, { target }) =>
    !target.compat.effortWithoutThinking && mentionsOutputConfig(body),

  apply(root) {
    const config = root.get('output_config');
    if (root.get('thinking')?.get('type')?.text() !== 'disabled') return;
    if (config?.delete('effort') === true && config.keys().length === 0) {
      root.delete('output_config');
    }
  },
};
