import type { Usage } from '../core/messages.ts';
import { modelFacts } from '../providers/models.ts';
import type { ModelFacts, Target } from '../providers/target.ts';

type Pricing = NonNullable<ModelFacts['pricing']>;

/**
 * What a reply cost, in USD. The input's three counts don't overlap; without a price of their own
 * cached tokens cost what input costs. Thinking is part of the output.
 */
export function costOf(usage: Usage, pricing: Pricing): number {
  const { input, output, cacheRead = input, cacheWrite = input } = pricing;
  const { cacheWriteHour = cacheWrite } = pricing;
  const hour = Math.min(usage.cacheWriteHourTokens ?? 0, usage.cacheWriteTokens);
  return (
    (usage.inputTokens * input +
      usage.outputTokens * output +
      usage.cacheReadTokens * cacheRead +
      (usage.cacheWriteTokens - hour) * cacheWrite +
      hour * cacheWriteHour) /
    1_000_000
  );
}

/**
 * The prices of a target: the route's own, or what is known of the model. `undefined`: nobody
 * knows them.
 * @param model the client's name for it, which counts where the target passes it on
 */
export function pricingOf(
  { facts, model, provider }: Target,
  clientModel: string,
): Pricing | undefined {
  if (provider.builtIn === true) return { input: 0, output: 0 };
  return facts.pricing ?? (model === null ? modelFacts(clientModel).pricing : undefined);
}
