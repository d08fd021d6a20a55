import type { Config, RouteConfig } from '../config/config.ts';
import { Secret } from '../lib/secret.ts';
import { customProvider, findProvider, providerForBaseURL } from '../providers/catalog.ts';
import { resolveCompat } from '../providers/compat.ts';
import { modelFacts } from '../providers/models.ts';
import type { ProviderSpec, WireName } from '../providers/spec.ts';
import {
  acceptsClientCredential,
  type CredentialSource,
  type Target,
} from '../providers/target.ts';

/** One model name that the gateway answers to, and where its calls go. */
export interface Route {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly target: Target;
  /** Names of the routes to try next; `null`: the siblings. */
  readonly fallback: readonly string[] | null;
  /** What the model is good for, in the user's words; `null`: they said nothing. */
  readonly description: string | null;
  /** Whether sessions get a subagent type of it. */
  readonly agent: boolean;
  /** Not from the user's file: `echo`, which every gateway has. */
  readonly builtIn: boolean;
}

/** Stands in for the address of a route that has a `problem`. Reserved by RFC 6761. */
const UNUSABLE_ADDRESS = 'http://unusable.invalid';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Routes that are always there, unless the configuration takes the name. */
const BUILT_IN_ROUTES: readonly RouteConfig[] = [
  {
    name: 'echo',
    aliases: [],
    preset: 'echo',
    headers: {},
    facts: {},
    description: 'repeats what it is told, offline',
  },
  {
    name: 'echo-openai',
    aliases: [],
    preset: 'echo',
    wire: 'openai-chat',
    headers: {},
    facts: {},
  },
];

/** Joins the configuration with the catalog: every route with the target that its calls go to. */
export function buildRoutes(config: Pick<Config, 'routes'>, env: Environment): Route[] {
  const taken = new Set(
    config.routes.flatMap(({ name, aliases }) => [name, ...aliases]).map(normalizeName),
  );
  const builtIn = BUILT_IN_ROUTES.filter(({ name }) => !taken.has(name));
  return [
    ...config.routes.map((route) => buildRoute(route, env, false)),
    ...builtIn.map((route) => buildRoute(route, env, true)),
  ];
}

/** Anthropic as it is reached without any route, with the client's own credential. */
export function anthropicTarget(): Target {
  const provider = findProvider('anthropic');
  const baseURL = provider?.endpoints['anthropic-messages']?.baseURL;
  if (provider === undefined || baseURL === undefined)
    throw new Error('no Anthropic in the catalog');
  return {
    route: 'claude-*',
    provider,
    wire: 'anthropic-messages',
    baseURL,
    model: null,
    credential: { kind: 'client' },
    headers: {},
    facts: {},
    compat: resolveCompat(provider, ''),
  };
}

/** Names and aliases are matched without regard to case. */
export function normalizeName(name: string): string {
  return name.toLowerCase();
}

function buildRoute(route: RouteConfig, env: Environment, builtIn: boolean): Route {
  const provider = providerOf(route);
  const model = route.model ?? route.name;
  const wire = route.wire ?? wireOf(route, provider);
  const baseURL = route.baseURL ?? provider.endpoints[wire]?.baseURL ?? UNUSABLE_ADDRESS;
  return {
    name: route.name,
    aliases: route.aliases,
    target: {
      route: route.name,
      provider,
      wire,
      baseURL,
      model,
      credential: credentialOf(route, provider, baseURL, env),
      ...(route.problem === undefined ? {} : { problem: route.problem }),
      ...(route.apiVersion === undefined ? {} : { apiVersion: route.apiVersion }),
      headers: route.headers,
      facts: { ...modelFacts(model), ...route.facts },
      compat: resolveCompat(provider, model, route.compat),
      ...(route.preflight === undefined ? {} : { preflight: route.preflight }),
    },
    fallback: route.fallback ?? null,
    description: route.description ?? null,
    agent: route.agent ?? true,
    builtIn,
  };
}

function providerOf(route: RouteConfig): ProviderSpec {
  const byPreset = route.preset === undefined ? undefined : findProvider(route.preset);
  if (byPreset !== undefined) return byPreset;
  const baseURL = route.baseURL ?? UNUSABLE_ADDRESS;
  return providerForBaseURL(baseURL) ?? customProvider(baseURL);
}

/** `wire` absent: the preset's; else an address without a path or ending in `/anthropic`. */
function wireOf(route: RouteConfig, provider: ProviderSpec): WireName {
  if (route.preset !== undefined || route.baseURL === undefined) return provider.defaultWire;
  const { pathname } = new URL(route.baseURL);
  return pathname === '/' || pathname === '' || pathname.endsWith('/anthropic')
    ? 'anthropic-messages'
    : 'openai-chat';
}

function credentialOf(
  route: RouteConfig,
  provider: ProviderSpec,
  baseURL: string,
  env: Environment,
): CredentialSource {
  if (route.credential !== undefined) return route.credential;
  const { keyVariable } = provider;
  if (keyVariable === undefined) return { kind: 'none' };
  const value = env[keyVariable];
  if (value !== undefined && value !== '') {
    return { kind: 'secret', secret: new Secret(value), origin: keyVariable };
  }
  if (acceptsClientCredential(provider, baseURL)) return { kind: 'client' };
  const where = provider.keyURL === undefined ? '' : ` You get one at ${provider.keyURL}.`;
  return {
    kind: 'missing',
    problem:
      `set authToken in modelRoutes["${route.name}"], or ${keyVariable} in the environment of the ` +
      `gateway, which has to be started again for that.${where}`,
  };
}
