import type { Capabilities, Fact, KeySummary } from '../gateway/explain.ts';
import type { Health } from '../core/route-summary.ts';
import type { ModelFacts } from '../providers/target.ts';
import { paint } from './output.ts';

/** A count of tokens as people write it: `128,000`. */
export const tokenCount = (count: number): string => count.toLocaleString('en');

/** `$2.5 in, $10 out, $1.25 cached, per million tokens`. */
export function priceText(pricing: NonNullable<ModelFacts['pricing']>): string {
  const { input, output, cacheRead, cacheWrite } = pricing;
  const parts = [
    `$${input} in`,
    `$${output} out`,
    ...(cacheRead === undefined ? [] : [`$${cacheRead} cache read`]),
    ...(cacheWrite === undefined ? [] : [`$${cacheWrite} cache write`]),
  ];
  return `${parts.join(', ')}, per million tokens`;
}

/** `$2.5/$10`, for a table's cell. */
export const priceCell = (pricing: ModelFacts['pricing']): string =>
  pricing === undefined ? '-' : `$${pricing.input}/$${pricing.output}`;

/** Where a key comes from, in words. */
export function keyText({ kind, from }: KeySummary): string {
  switch (kind) {
    case 'secret':
      return `from ${from}`;
    case 'keys':
      return `several, from ${from}`;
    case 'command':
      return 'from a command';
    case 'client':
      return "the session's own Anthropic login or key";
    case 'missing':
      return 'missing';
    case 'none':
      return 'none';
  }
}

/** A value with its source, `128,000 tokens (model table)`. */
export function factText<Value>(
  { value, from }: Fact<Value>,
  show: (value: Value) => string,
): string {
  if (value === null) return 'not known';
  return from === 'model table' ? `${show(value)} (model table)` : show(value);
}

/** `images yes, tools yes, thinking no`, without what isn't known. */
export function capabilityText(capabilities: Capabilities): string {
  const known = Object.entries(capabilities).filter(([, value]) => value !== null);
  return known.map(([name, value]) => `${name} ${value === true ? 'yes' : 'no'}`).join(', ');
}

/** `ok`, or what went wrong and how often. */
export function healthText({ state, failures, problem }: Health): string {
  if (problem === null) return paint('green', 'ok');
  const times = failures === 1 ? 'once' : `${failures} times in a row`;
  return `${paint(state === 'down' ? 'red' : 'yellow', state)}, ${times}: ${problem}`;
}
