import type { JsonValue } from '../../config/edit.ts';
import type { RouteTable } from '../../gateway/resolve.ts';
import { normalizeName } from '../../gateway/routes.ts';
import { shortName } from '../../lib/short-name.ts';
import { providerForBaseURL } from '../../providers/catalog.ts';
import type { ProviderSpec, WireName } from '../../providers/spec.ts';
import { namesOf } from '../init/draft.ts';
import type { Found, FoundModel, ModelRef, Skipped } from './found.ts';

/** A route that would be written. */
export interface PlannedRoute {
  readonly name: string;
  readonly alias: string | null;
  readonly provider: string;
  readonly wire: WireName;
  /** `config`, a variable's name; `null`: none, or the one that the preset knows. */
  readonly keyFrom: string | null;
  /** The entry of `modelRoutes`, key included. */
  readonly value: { readonly [key: string]: JsonValue };
}

/** What an import would do. */
export interface ImportPlan {
  readonly routes: readonly PlannedRoute[];
  /** The entries of `scenarios`. */
  readonly scenarios: Readonly<Record<string, JsonValue>>;
  readonly skipped: readonly Skipped[];
  /** What to type to go on as before; `null`: the other program has no such thing. */
  readonly start: string | null;
}

/**
 * Makes routes of what was found. Names that are taken are left alone; a model that is there
 * already, at the same provider, isn't added again.
 */
export function planImport(
  found: Found,
  table: RouteTable,
  isScenarioTaken: (name: string) => boolean,
): ImportPlan {
  const taken = new Set(namesOf(table).map(normalizeName));
  const skipped = [...found.skipped];
  const routes: PlannedRoute[] = [];
  const named = new Map<string, PlannedRoute>();
  for (const model of found.models) {
    const place = placeOf(model);
    if (place === null) {
      skipped.push({
        what: `${model.model} of ${model.provider}`,
        why: 'the address is for an API that is none of ours',
      });
      continue;
    }
    if (isThere(model, place, table)) {
      skipped.push({ what: `${model.model} of ${model.provider}`, why: 'there is a route for it' });
      continue;
    }
    const ref = refKey(model);
    if (named.has(ref)) continue;
    const route = planRoute(model, place, taken);
    for (const name of [route.name, route.alias ?? route.name]) taken.add(normalizeName(name));
    routes.push(route);
    named.set(ref, route);
  }
  const start = found.start === null ? undefined : named.get(refKey(found.start));
  return {
    routes: routes.map((route) =>
      route === start ? withFallback(route, found.fallback, named) : route,
    ),
    scenarios: scenariosFrom(found, named, isScenarioTaken, skipped),
    skipped,
    start: start === undefined ? null : (start.alias ?? start.name),
  };
}

/** Models of scenarios by the routes that they became. */
function scenariosFrom(
  found: Found,
  named: ReadonlyMap<string, PlannedRoute>,
  isTaken: (name: string) => boolean,
  skipped: Skipped[],
): Record<string, JsonValue> {
  const scenarios: Record<string, JsonValue> = {};
  for (const [name, ref] of Object.entries(found.scenarios)) {
    const route = named.get(refKey(ref));
    const what = `the scenario ${name} (${ref.provider},${ref.model})`;
    if (isTaken(name)) skipped.push({ what, why: 'there is a scenario of that name' });
    else if (route === undefined) skipped.push({ what, why: 'its model is not taken over' });
    else if (name === 'longContext' && found.longContextTokens !== null) {
      scenarios[name] = { route: route.name, threshold: found.longContextTokens };
    } else scenarios[name] = route.name;
  }
  return scenarios;
}

const refKey = ({ provider, model }: ModelRef): string =>
  `${provider.toLowerCase()},${model.toLowerCase()}`;

/** Where a model is, in the fewest words. */
interface Place {
  readonly spec: ProviderSpec | null;
  /** Absent: the preset's own. */
  readonly baseURL?: string;
  readonly wire: WireName;
}

/** `null`: only a preset could stand in for this address, and there is none. */
function placeOf({ baseURL, wire, needsPreset }: FoundModel): Place | null {
  const spec = providerForBaseURL(baseURL) ?? null;
  if (spec === null) return needsPreset ? null : { spec, baseURL, wire };
  const known = Object.entries(spec.endpoints).find(([, endpoint]) =>
    isSameAddress(endpoint.baseURL, baseURL),
  );
  if (known !== undefined || needsPreset) {
    // Nothing is lost in Anthropic's own format, so it wins where the provider has both.
    return { spec, wire: wire === 'anthropic-messages' ? wire : spec.defaultWire };
  }
  return { spec, baseURL, wire };
}

/** Whether two addresses are the same but for `/v1`, which some write and some don't, and loopback's name. */
function isSameAddress(one: string | undefined, other: string): boolean {
  const bare = (text: string): string =>
    text.replace(/\/v1$/u, '').replace('//localhost:', '//127.0.0.1:');
  return one !== undefined && bare(one) === bare(other);
}

function isThere({ model }: FoundModel, { spec, baseURL }: Place, table: RouteTable): boolean {
  return table.routes.some(
    ({ target, builtIn }) =>
      !builtIn &&
      target.model === model &&
      (baseURL === undefined
        ? target.provider.name === spec?.name
        : isSameAddress(target.baseURL, baseURL)),
  );
}

function planRoute(model: FoundModel, place: Place, taken: ReadonlySet<string>): PlannedRoute {
  const { spec, baseURL, wire } = place;
  const name = freeName(model, taken);
  const alias = shortName(model.model, [...taken, name]);
  const isAlias = normalizeName(alias) !== normalizeName(name) && alias.length < name.length;
  const token = spec !== null && spec.keyVariable === undefined ? null : model.token;
  const variable = /^\$\{(\w+)\}$/u.exec(token ?? '')?.[1];
  const isUsual = variable !== undefined && variable === spec?.keyVariable;
  const isDefaultWire = spec !== null && spec.defaultWire === wire && baseURL === undefined;
  return {
    name,
    alias: isAlias ? alias : null,
    provider: spec?.label ?? model.provider,
    wire,
    keyFrom: token === null ? null : (variable ?? 'the key found there'),
    value: {
      ...(isAlias ? { alias } : {}),
      ...(spec === null ? {} : { preset: spec.name }),
      ...(baseURL === undefined ? {} : { baseURL }),
      ...(isDefaultWire ? {} : { wire }),
      ...(model.model === name ? {} : { model: model.model }),
      ...(token === null || isUsual ? {} : { authToken: token }),
      ...(model.contextWindow === null ? {} : { contextWindow: model.contextWindow }),
      ...(model.maxOutputTokens === null ? {} : { maxOutputTokens: model.maxOutputTokens }),
    },
  };
}

/** The model's own name where it is free; a `claude-*` name would take that model from Anthropic. */
function freeName({ model, provider }: FoundModel, taken: ReadonlySet<string>): string {
  const own = model.split('/').at(-1) ?? model;
  const long = `${provider}/${own}`.replaceAll(/\s+/gu, '-');
  const candidates = /^claude-/iu.test(own) ? [long] : [own, long];
  const free = candidates.find((name) => !taken.has(normalizeName(name)));
  if (free !== undefined) return free;
  for (let count = 2; ; count += 1) {
    if (!taken.has(normalizeName(`${long}-${count}`))) return `${long}-${count}`;
  }
}

function withFallback(
  route: PlannedRoute,
  refs: readonly ModelRef[],
  named: ReadonlyMap<string, PlannedRoute>,
): PlannedRoute {
  const chain = refs
    .map((ref) => named.get(refKey(ref)))
    .filter((other) => other !== undefined && other !== route)
    .map((other) => other?.name ?? '');
  if (chain.length === 0) return route;
  return { ...route, value: { ...route.value, fallback: [...new Set(chain)] } };
}
