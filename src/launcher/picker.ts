import type { RouteSummary } from '../core/route-summary.ts';
import { formatPrice, formatTokens } from '../lib/units.ts';
import { isObject, type Json } from './user-settings.ts';
import { spellModel, type Windows } from './windows.ts';

/** A row of Claude Code's `/model` (https://code.claude.com/docs/en/settings-reference#modelpicker). */
export interface PickerRow {
  readonly model: string;
  readonly label: string;
  readonly description: string;
}

/** The names under which a route is shown: its aliases, or its name where it has none. */
const shownNames = ({ name, aliases }: RouteSummary): readonly string[] =>
  aliases.length === 0 ? [name] : aliases;

/** The user's own routes; where there are none, the one that answers offline. */
function shownRoutes(routes: readonly RouteSummary[]): readonly RouteSummary[] {
  const own = routes.filter(({ builtIn }) => !builtIn);
  return own.length > 0 ? own : routes.slice(0, 1);
}

/** One row for every alias. */
export function pickerRows(routes: readonly RouteSummary[], windows: Windows): PickerRow[] {
  return shownRoutes(routes).flatMap((route) =>
    shownNames(route).map((alias) => ({
      model: spellModel(alias, route, windows),
      label: alias === route.name ? alias : `${route.name} (${alias})`,
      description: describeRoute(route),
    })),
  );
}

/** `MiniMax · 205k context · $0.3 in, $1.2 out per million tokens`, as far as it is known. */
export function describeRoute(route: RouteSummary): string {
  const { providerLabel, contextWindow, pricing, description, problem } = route;
  if (problem !== null) return `${providerLabel} · not usable yet: see cc-route doctor`;
  return [
    providerLabel,
    contextWindow === null ? '' : `${formatTokens(contextWindow)} context`,
    pricing === null ? '' : formatPrice(pricing),
    description ?? '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/**
 * Ours and the user's own rows in one. Claude Code takes the whole list from the strongest source
 * that has one, so theirs would be lost otherwise. A model that they list stays as they list it.
 *
 * @param sources the user's settings, the strongest last
 */
export function mergePicker(sources: readonly Json[], rows: readonly PickerRow[]): Json {
  const own = sources.map((source) => source['modelPicker']).findLast(isObject) ?? {};
  const options = Array.isArray(own['options']) ? (own['options'] as unknown[]) : [];
  const taken = new Set(
    options.map((option) => (isObject(option) ? bareModel(String(option['model'])) : '')),
  );
  const added = rows.filter(({ model }) => !taken.has(bareModel(model)));
  return { ...own, options: [...options, ...added] };
}

const bareModel = (model: string): string => model.toLowerCase().replace(/\[1m\]$/u, '');
