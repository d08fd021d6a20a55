import type { Secret } from '../lib/secret.ts';
import type { Compat, ProviderSpec, WireName } from './spec.ts';

/** Where one key comes from. */
export type KeySource =
  | { readonly kind: 'secret'; readonly secret: Secret; readonly origin: string }
  /** First line of a command's output. */
  | { readonly kind: 'command'; readonly command: string };

/** Where a route's key comes from. */
export type CredentialSource =
  | KeySource
  /** Several keys, which take turns. */
  | { readonly kind: 'keys'; readonly keys: readonly [KeySource, KeySource, ...KeySource[]] }
  /** The client's own credential is forwarded; only for Anthropic itself. */
  | { readonly kind: 'client' }
  | { readonly kind: 'none' }
  /** The key is missing: `problem` says which, and what to do. */
  | { readonly kind: 'missing'; readonly problem: string };

/** Where the keys of a list come from, each place once: `A_KEY, the configuration file`. */
export function keyOrigins(keys: readonly KeySource[]): string {
  const origins = keys.map((key) => (key.kind === 'secret' ? key.origin : 'a command'));
  return [...new Set(origins)].join(', ');
}

/** What a model can do. Absent: unknown. Windows and limits in tokens, prices in USD per million. */
export interface ModelFacts {
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly vision?: boolean;
  readonly pricing?: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead?: number;
    readonly cacheWrite?: number;
    /** Writes that last for an hour; absent: as the others. */
    readonly cacheWriteHour?: number;
  };
}

/** Provider and model together: everything that one attempt needs. Made once per configuration. */
export interface Target {
  /** The route's public name, for messages and metrics. */
  readonly route: string;
  readonly provider: ProviderSpec;
  readonly wire: WireName;
  /** Without a trailing slash. */
  readonly baseURL: string;
  /** The upstream's model id. `null`: the client's own name is passed on. */
  readonly model: string | null;
  readonly credential: CredentialSource;
  readonly apiVersion?: string;
  /** Extra headers, from the route. */
  readonly headers: Readonly<Record<string, string>>;
  readonly facts: ModelFacts;
  /** Defaults, provider, model and route merged. */
  readonly compat: Compat;
  /** Signatures of thinking that this upstream refused, since another one made them. */
  readonly refusedSignatures?: ReadonlySet<string>;
  /** Requests that clearly don't fit into the context window are refused without being sent. */
  readonly preflight?: boolean;
  /** Why no request may be sent, such as an unset variable in the address. */
  readonly problem?: string;
}

/** `provider/model`, as shown in `x-cc-route-target`, logs and messages. */
export function targetName(
  target: { readonly provider: { readonly name: string }; readonly model: string | null },
  clientModel: string,
): string {
  return `${target.provider.name}/${target.model ?? clientModel}`;
}

/** The model and where it is: routes to the same one share what is learned of it. */
export function targetKey(target: Target): string {
  let key = keys.get(target);
  if (key === undefined) {
    key = `${target.baseURL} ${target.model ?? ''}`;
    keys.set(target, key);
  }
  return key;
}

// Each call asks for both several times.
const keys = new WeakMap<Target, string>();
const hosts = new WeakMap<Target, string>();

/** Where a target's requests go, with the port: what shares one rate limit and one fate. */
export function targetHost(target: Target): string {
  let host = hosts.get(target);
  if (host === undefined) {
    ({ host } = new URL(target.baseURL));
    hosts.set(target, host);
  }
  return host;
}

/**
 * Whether a client's own Anthropic credential may go to this address: to the provider's own, and
 * not to another one that a route gives in its place.
 */
export function acceptsClientCredential(provider: ProviderSpec, baseURL: string): boolean {
  if (provider.acceptsClientCredential !== true) return false;
  return Object.values(provider.endpoints).some(
    (endpoint) =>
      endpoint.baseURL !== undefined &&
      new URL(endpoint.baseURL).origin === new URL(baseURL).origin,
  );
}
