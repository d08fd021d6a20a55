import type { RouteSummary } from '../../src/core/route-summary.ts';

/** A route as the gateway tells of it; whatever isn't said is not known. */
export const route = (name: string, more: Partial<RouteSummary> = {}): RouteSummary => ({
  name,
  aliases: [],
  provider: 'vendor',
  providerLabel: 'Vendor',
  wire: 'anthropic-messages',
  upstreamModel: name,
  contextWindow: null,
  maxOutputTokens: null,
  vision: null,
  pricing: null,
  description: null,
  agent: true,
  builtIn: false,
  problem: null,
  ...more,
});

export const echo = route('echo', { builtIn: true, providerLabel: 'Echo' });
