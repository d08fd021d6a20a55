import { GatewayError } from '../core/errors.ts';
import { DISCOVERY_PREFIX } from '../core/route-label.ts';
import { nearestNames } from '../lib/nearest.ts';
import type { Target } from '../providers/target.ts';
import { anthropicTarget, normalizeName, type Route } from './routes.ts';

/** A model name's way: the target to try first, and those behind it. */
export interface Resolution {
  readonly route: Route | null;
  /** At least one. */
  readonly targets: readonly [Target, ...Target[]];
}

/** Every name that leads somewhere, ready to be looked up. */
export class RouteTable {
  readonly routes: readonly Route[];
  readonly #byName = new Map<string, Route>();
  readonly #resolutions = new Map<Route, Resolution>();
  readonly #anthropic: Resolution = { route: null, targets: [anthropicTarget()] };

  constructor(routes: readonly Route[]) {
    this.routes = routes;
    for (const route of routes) {
      for (const alias of route.aliases) this.#byName.set(normalizeName(alias), route);
    }
    // An exact name beats an alias.
    for (const route of routes) this.#byName.set(normalizeName(route.name), route);
    for (const route of routes) {
      this.#resolutions.set(route, { route, targets: [route.target, ...this.#chain(route)] });
    }
  }

  /** The route of a name or alias, in any case; also by the id that `/v1/models` lists. */
  find(model: string): Route | undefined {
    const name = normalizeName(model).replace(/\[1m\]$/, '');
    const found = this.#byName.get(name);
    if (found !== undefined || !name.startsWith(DISCOVERY_PREFIX)) return found;
    return this.#byName.get(name.slice(DISCOVERY_PREFIX.length));
  }

  /**
   * Name → route → ordered targets. `claude-*` without a route goes to Anthropic.
   * @throws GatewayError `unknown_model`, naming the nearest names.
   */
  resolve(model: string): Resolution {
    const route = this.find(model);
    const resolution = route === undefined ? undefined : this.#resolutions.get(route);
    if (resolution !== undefined) return resolution;
    if (/^claude-/i.test(model)) return this.#anthropic;
    throw new GatewayError('unknown_model', this.#unknown(model));
  }

  /** The targets of these names, without their fallback chains; names that lead nowhere are left out. */
  targetsOf(names: readonly string[]): Target[] {
    return names.flatMap((name) => this.find(name)?.target ?? []);
  }

  /** The fallback chain: as configured, else the other routes of the same provider. */
  #chain(route: Route): Target[] {
    const names = route.fallback;
    const chain =
      names === null
        ? this.routes.filter(
            (other) => !other.builtIn && other.target.provider.name === route.target.provider.name,
          )
        : names.map((name) => this.find(name)).filter((other) => other !== undefined);
    return chain.filter((other) => other !== route).map((other) => other.target);
  }

  #unknown(model: string): string {
    const shown = this.routes.flatMap(({ name, aliases }) => [...aliases, name]);
    const near = nearestNames(model, shown, 3);
    const hint =
      near.length > 0
        ? `Did you mean ${near.join(', ')}?`
        : `Known names: ${shown.slice(0, 12).join(', ')}${shown.length > 12 ? ' …' : ''}, and claude-*.`;
    return `No route is named "${model.slice(0, 100)}". ${hint} Routes stand in modelRoutes of the cc-route configuration.`;
  }
}
