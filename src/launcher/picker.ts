import { describeRoute, routeLabel, shownNames, shownRoutes } from '../core/route-label.ts';
import type { RouteSummary } from '../core/route-summary.ts';
import { isObject, type Json } from './user-settings.ts';
import { spellModel, type Windows } from './windows.ts';

/** A row of Claude Code's `/model` (https://code.claude.com/docs/en/settings-reference#modelpicker). */
export interface PickerRow {
  readonly model: string;
  readonly label: string;
  readonly description: string;
}

/** One row for every alias. */
export function pickerRows(routes: readonly RouteSummary[], windows: Windows): PickerRow[] {
  return shownRoutes(routes).flatMap((route) =>
    shownNames(route).map((alias) => ({
      model: spellModel(alias, route, windows),
      label: routeLabel(route, alias),
      description: describeRoute(route),
    })),
  );
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
