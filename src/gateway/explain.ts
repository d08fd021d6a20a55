import type { Config } from '../config/config.ts';
import { DISCOVERY_PREFIX } from '../core/route-label.ts';
import { nearestNames } from '../lib/nearest.ts';
import type { WireName } from '../providers/spec.ts';
import {
  keyOrigins,
  type CredentialSource,
  type ModelFacts,
  type Target,
} from '../providers/target.ts';
import { wireFormat } from '../wire/index.ts';
import { canSearch } from '../wire/web-search.ts';
import type { Resolution, RouteTable } from './resolve.ts';
import { normalizeName, type Route } from './routes.ts';
import { conditionsFor, scenariosOf, takeover, type ScenarioName } from './scenario.ts';

/** How a model name would be routed, and why. It holds no secret and can be shown to anybody. */
export interface Explanation {
  /** As it was asked for. */
  readonly name: string;
  /** One sentence. */
  readonly why: string;
  /** `null`: no route is needed (`claude-*`), or none has that name. */
  readonly route: string | null;
  readonly aliases: readonly string[];
  /** What may take requests elsewhere, whatever the name says; the first that holds does. */
  readonly scenarios: readonly ScenarioNote[];
  /** `null`: the name leads nowhere. */
  readonly target: TargetSummary | null;
  readonly limits: { readonly contextWindow: Fact<number>; readonly maxOutputTokens: Fact<number> };
  readonly capabilities: Capabilities | null;
  readonly pricing: Fact<NonNullable<ModelFacts['pricing']>>;
  readonly fallback: {
    /** `route`: as configured. `siblings`: the other routes of the same provider. */
    readonly from: 'route' | 'siblings';
    readonly targets: readonly TargetSummary[];
  };
  /** For a name that leads nowhere: those that may be meant, best first. */
  readonly nearest: readonly string[];
}

/** A value and who says so; `null`: nobody does. */
export interface Fact<Value> {
  readonly value: Value | null;
  readonly from: 'route' | 'model table' | null;
}

export interface TargetSummary {
  readonly route: string;
  /** The provider's name in the catalog, or its host. */
  readonly provider: string;
  readonly label: string;
  readonly wire: WireName;
  readonly url: string;
  /** The upstream's model id. */
  readonly model: string;
  readonly key: KeySummary;
  /** Answered inside the process: `url` is never asked. */
  readonly builtIn: boolean;
  /** Why no request can be sent; `null`: nothing stands in the way. */
  readonly problem: string | null;
}

/** Whether there is a key and from where, never the key. */
export interface KeySummary {
  readonly kind: CredentialSource['kind'];
  /** `DEEPSEEK_API_KEY`, `the configuration file`; `null` where there is none to name. */
  readonly from: string | null;
}

/** What can be asked of a model behind its wire format; `null`: not known. */
export interface Capabilities {
  readonly images: boolean | null;
  readonly tools: boolean | null;
  readonly thinking: boolean | null;
}

/** What a request would be like, for which an explanation is asked. */
export interface RequestKind {
  readonly image: boolean;
  readonly thinking: boolean;
  readonly webSearch: boolean;
  readonly tokens: number;
}

/** A scenario that takes over from the model. */
export interface ScenarioNote {
  readonly scenario: ScenarioName | 'webSearch';
  /** `where an image is in the turn` */
  readonly when: string;
  /** Where such requests go first. */
  readonly route: string;
  /** Whether it does for the request that was asked about. */
  readonly applies: boolean;
}

/** Explains a name as the gateway would take it, for a request of a certain kind. Sends nothing. */
export async function explain(
  name: string,
  kind: RequestKind,
  table: RouteTable,
  config: Config,
): Promise<Explanation> {
  const route = table.find(name);
  if (route === undefined && !isAnthropicModel(name)) return unknownName(name, table);
  const resolution = table.resolve(name);
  const { scenarios, targets } = await throughScenarios(name, kind, resolution, table, config);
  const [target, ...chain] = targets;
  const [asked] = resolution.targets;
  const own = config.routes.find((other) => other.name === target.route)?.facts ?? {};
  const fact = <Key extends keyof ModelFacts>(key: Key): Fact<NonNullable<ModelFacts[Key]>> => {
    const value = target.facts[key];
    if (value === undefined) return { value: null, from: null };
    return { value, from: own[key] === undefined ? 'model table' : 'route' };
  };
  const isOwnChain = target === asked && (route === undefined || route.fallback !== null);
  return {
    name,
    why: reason(
      name,
      route,
      scenarios.find(({ applies }) => applies),
    ),
    route: route?.name ?? null,
    aliases: route?.aliases ?? [],
    scenarios,
    target: summarizeTarget(target, name),
    limits: { contextWindow: fact('contextWindow'), maxOutputTokens: fact('maxOutputTokens') },
    capabilities: capabilitiesOf(target),
    pricing: fact('pricing'),
    fallback: {
      from: target === asked && !isOwnChain ? 'siblings' : 'route',
      targets: chain.map((other) => summarizeTarget(other, other.route)),
    },
    nearest: [],
  };
}

interface Taken {
  readonly scenarios: readonly ScenarioNote[];
  readonly targets: Resolution['targets'];
}

/** The scenarios that may take over from a model, and where the request ends up. */
async function throughScenarios(
  name: string,
  kind: RequestKind,
  resolution: Resolution,
  table: RouteTable,
  config: Config,
): Promise<Taken> {
  const configured = scenariosOf(config, table);
  const conditions = configured === null ? [] : conditionsFor(name, resolution, configured);
  const taken = await takeover(conditions, {
    hasImages: () => kind.image,
    thinks: () => kind.thinking,
    exceeds: (tokens) => kind.tokens > tokens,
  });
  const targets = taken?.targets ?? resolution.targets;
  const notes: ScenarioNote[] = conditions.map(({ scenario, when, targets: [first] }) => ({
    scenario,
    when,
    route: first.route,
    applies: scenario === taken?.scenario,
  }));
  const searchers = table.targetsOf(config.scenarios.webSearch);
  const [first, ...others] = searchers.filter((one) => canSearch(one) !== false);
  if (first === undefined || canSearch(targets[0]) === true) return { scenarios: notes, targets };
  const note = {
    scenario: 'webSearch',
    when: 'where the web is searched, as this model has no search',
    route: first.route,
    applies: kind.webSearch,
  } as const;
  return {
    scenarios: [...notes, note],
    targets: kind.webSearch ? [first, ...others] : targets,
  };
}

/** A target for people and programs, without its key. */
export function summarizeTarget(target: Target, clientModel: string): TargetSummary {
  const { route, provider, wire, credential } = target;
  const model = target.model ?? clientModel;
  const missing = credential.kind === 'missing' ? credential.problem : null;
  return {
    route,
    provider: provider.name,
    label: provider.label,
    wire,
    url: wireFormat(wire).url(target, model),
    model,
    key: { kind: credential.kind, from: originOf(credential) },
    builtIn: provider.builtIn === true,
    problem: target.problem ?? missing,
  };
}

function originOf(credential: CredentialSource): string | null {
  if (credential.kind === 'secret') return credential.origin;
  return credential.kind === 'keys' ? keyOrigins(credential.keys) : null;
}

const isAnthropicModel = (name: string): boolean => /^claude-/iu.test(name);

function reason(name: string, route: Route | undefined, taken: ScenarioNote | undefined): string {
  if (taken !== undefined) return `the scenario ${taken.scenario} takes it: ${taken.when}`;
  if (route === undefined) {
    return "no route has this name, and claude-* goes to Anthropic with the session's own login";
  }
  const bare = normalizeName(name).replace(/\[1m\]$/u, '');
  if (normalizeName(route.name) === bare) {
    return route.builtIn ? 'built in, answers offline' : 'the name of a route';
  }
  if (route.aliases.some((alias) => normalizeName(alias) === bare)) {
    return `an alias of the route ${route.name}`;
  }
  return `the id under which Claude Code's model list shows ${bare.slice(DISCOVERY_PREFIX.length)}`;
}

function unknownName(name: string, table: RouteTable): Explanation {
  const known = table.routes.flatMap((route) => [...route.aliases, route.name]);
  const none = { value: null, from: null };
  return {
    name,
    why: 'no route has this name, and it is no claude-* model',
    route: null,
    aliases: [],
    scenarios: [],
    target: null,
    limits: { contextWindow: none, maxOutputTokens: none },
    capabilities: null,
    pricing: none,
    fallback: { from: 'route', targets: [] },
    nearest: nearestNames(name, known, 3),
  };
}

/** Behind `anthropic-messages` nothing is translated, so only the model decides. */
function capabilitiesOf({ wire, facts, compat }: Target): Capabilities {
  const translated = wire === 'openai-chat';
  return {
    images: facts.vision ?? null,
    tools: translated ? compat.tools : null,
    thinking: translated ? compat.thinking !== 'none' || compat.thinkTags : null,
  };
}
