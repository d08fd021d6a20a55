import type { Config } from '../config/config.ts';
import { nearestNames } from '../lib/nearest.ts';
import type { WireName } from '../providers/spec.ts';
import {
  keyOrigins,
  type CredentialSource,
  type ModelFacts,
  type Target,
} from '../providers/target.ts';
import { wireFormat } from '../wire/index.ts';
import { DISCOVERY_PREFIX, type RouteTable } from './resolve.ts';
import { normalizeName, type Route } from './routes.ts';

/** How a model name would be routed, and why. It holds no secret and can be shown to anybody. */
export interface Explanation {
  /** As it was asked for. */
  readonly name: string;
  /** One sentence. */
  readonly why: string;
  /** `null`: no route is needed (`claude-*`), or none has that name. */
  readonly route: string | null;
  readonly aliases: readonly string[];
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

/** Explains a name as {@link RouteTable.resolve} would take it. Sends nothing. */
export function explain(name: string, table: RouteTable, config: Config): Explanation {
  const route = table.find(name);
  if (route === undefined && !isAnthropicModel(name)) return unknownName(name, table);
  const { targets } = table.resolve(name);
  const [target, ...chain] = targets;
  const own = config.routes.find((other) => other.name === route?.name)?.facts ?? {};
  const fact = <Key extends keyof ModelFacts>(key: Key): Fact<NonNullable<ModelFacts[Key]>> => {
    const value = target.facts[key];
    if (value === undefined) return { value: null, from: null };
    return { value, from: own[key] === undefined ? 'model table' : 'route' };
  };
  return {
    name,
    why: reason(name, route),
    route: route?.name ?? null,
    aliases: route?.aliases ?? [],
    target: summarizeTarget(target, name),
    limits: { contextWindow: fact('contextWindow'), maxOutputTokens: fact('maxOutputTokens') },
    capabilities: capabilitiesOf(target),
    pricing: fact('pricing'),
    fallback: {
      from: route !== undefined && route.fallback === null ? 'siblings' : 'route',
      targets: chain.map((other) => summarizeTarget(other, other.route)),
    },
    nearest: [],
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

function reason(name: string, route: Route | undefined): string {
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
