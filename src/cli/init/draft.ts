import type { JsonValue } from '../../config/edit.ts';
import type { RouteTable } from '../../gateway/resolve.ts';
import { shortName } from '../../lib/short-name.ts';
import type { Secret } from '../../lib/secret.ts';
import type { ProviderSpec, WireName } from '../../providers/spec.ts';

/** Where a new route's key comes from. */
export type KeyChoice =
  /** The variable that the preset knows: nothing stands in the file. */
  | { readonly kind: 'preset' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'literal'; readonly secret: Secret }
  | { readonly kind: 'none' };

/** A route as somebody asked for it, before it has a name. */
export interface Draft {
  /** `null`: a server without a preset; `baseURL` says where. */
  readonly provider: ProviderSpec | null;
  readonly baseURL?: string;
  readonly wire?: WireName;
  readonly model: string;
  /** `null`: none. */
  readonly alias: string | null;
  readonly key: KeyChoice;
}

/** A route ready to be written. */
export interface NewRoute {
  /** The key in `modelRoutes`. */
  readonly name: string;
  /** What `clauder --model` takes. */
  readonly callName: string;
  /** The entry, key included. */
  readonly value: { readonly [key: string]: JsonValue };
  /** The same for the eyes of people. */
  readonly shown: { readonly [key: string]: JsonValue };
}

/** Every name that a table knows. */
export const namesOf = (table: RouteTable): string[] =>
  table.routes.flatMap(({ name, aliases }) => [name, ...aliases]);

/** The name under which a model would be entered: its own, without a vendor's path. */
export function routeName({ model, provider }: Draft, table: RouteTable): string {
  const own = model.split('/').at(-1) ?? model;
  const holder = table.find(own);
  const isOther = holder !== undefined && holder.target.provider.name !== provider?.name;
  return isOther && provider !== null ? `${provider.name}/${own}` : own;
}

/** A name for a model that is short and free. */
export const suggestedAlias = (model: string, table: RouteTable): string =>
  shortName(model, namesOf(table));

/** The entry of `modelRoutes` for a draft. */
export function newRoute(draft: Draft, table: RouteTable): NewRoute {
  const { provider, baseURL, wire, model, alias, key } = draft;
  const name = routeName(draft, table);
  const entry = (authToken: JsonValue | undefined): { [key: string]: JsonValue } => ({
    ...(alias === null || alias.toLowerCase() === name.toLowerCase() ? {} : { alias }),
    ...(provider === null ? {} : { preset: provider.name }),
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(wire === undefined ? {} : { wire }),
    ...(model === name ? {} : { model }),
    ...(authToken === undefined ? {} : { authToken }),
  });
  return {
    name,
    callName: alias ?? name,
    value: entry(tokenOf(key, (secret) => secret.reveal())),
    shown: entry(tokenOf(key, () => '(your key)')),
  };
}

function tokenOf(key: KeyChoice, show: (secret: Secret) => string): JsonValue | undefined {
  switch (key.kind) {
    case 'variable':
      return `\${${key.name}}`;
    case 'command':
      return { command: key.command };
    case 'literal':
      return show(key.secret);
    case 'preset':
    case 'none':
      return undefined;
  }
}
