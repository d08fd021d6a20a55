import type { RouteSummary } from '../core/route-summary.ts';
import type { Route } from './routes.ts';

/** What may be told of a route: everything but addresses, headers and credentials. */
export function summarizeRoute(route: Route): RouteSummary {
  const { name, aliases, target, description, agent, builtIn } = route;
  const { contextWindow, maxOutputTokens, vision, pricing } = target.facts;
  const missing = target.credential.kind === 'missing' ? target.credential.problem : null;
  return {
    name,
    aliases,
    provider: target.provider.name,
    providerLabel: target.provider.label,
    wire: target.wire,
    upstreamModel: target.model ?? name,
    contextWindow: contextWindow ?? null,
    maxOutputTokens: maxOutputTokens ?? null,
    vision: vision ?? null,
    pricing: pricing === undefined ? null : { input: pricing.input, output: pricing.output },
    description,
    agent,
    builtIn,
    problem: target.problem ?? missing,
  };
}
