import { formatPrice, formatTokens } from '../lib/units.ts';
import type { RouteSummary } from './route-summary.ts';

/**
 * Claude Code lists a gateway's models only under ids that start like this; the gateway knows every
 * name with and without it.
 */
export const DISCOVERY_PREFIX = 'anthropic/';

/** The names under which a route is shown: its aliases, or its name where it has none. */
export const shownNames = ({ name, aliases }: RouteSummary): readonly string[] =>
  aliases.length === 0 ? [name] : aliases;

/** The user's own routes; where there are none, the one that answers offline. */
export function shownRoutes(routes: readonly RouteSummary[]): readonly RouteSummary[] {
  const own = routes.filter(({ builtIn }) => !builtIn);
  return own.length > 0 ? own : routes.slice(0, 1);
}

/** `MiniMax-M2.5 (mm25)` */
export const routeLabel = ({ name }: RouteSummary, alias: string): string =>
  alias === name ? name : `${name} (${alias})`;

/** `MiniMax · 205k context · $0.3 in, $1.2 out per million tokens`, as far as it is known. */
export function describeRoute(route: RouteSummary): string {
  const { providerLabel, contextWindow, pricing, description, problem } = route;
  if (problem !== null) return `${providerLabel} · not usable yet: see cc-route doctor`;
  return joined(
    providerLabel,
    contextWindow === null ? '' : `${formatTokens(contextWindow)} context`,
    pricing === null ? '' : formatPrice(pricing),
    description ?? '',
  );
}

/** {@link routeLabel} and the facts in one short line: `… · MiniMax · 205k · $0.3/$1.2`. */
export function routeLine(route: RouteSummary, alias: string): string {
  const { providerLabel, contextWindow, pricing, problem } = route;
  if (problem !== null) return joined(routeLabel(route, alias), providerLabel, 'not usable yet');
  return joined(
    routeLabel(route, alias),
    providerLabel,
    contextWindow === null ? '' : formatTokens(contextWindow),
    pricing === null ? '' : `$${pricing.input}/$${pricing.output}`,
  );
}

const joined = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(' · ');
