import { suggestion } from './hints.ts';
import type { Report } from './report.ts';
import type { FileConfig } from './schema.ts';

/** What a route's `alias` and `fallback` come to. */
export interface RouteNames {
  /** In the file's order, without repetitions and without the route's own name. */
  readonly aliases: readonly string[];
  /** Names of routes, aliases resolved. Absent: the file says nothing. */
  readonly fallback?: readonly string[];
}

type FileRoutes = NonNullable<FileConfig['modelRoutes']>;

/**
 * Checks that every name and alias means one route, whatever its case, and resolves the fallback
 * chains. A clash names both routes.
 *
 * @param builtIn routes that are there without being configured; a configured one takes the name
 */
export function resolveNames(
  routes: FileRoutes,
  builtIn: readonly string[],
  report: Report,
): Map<string, RouteNames> {
  const owners = new Map<string, string>();
  for (const name of Object.keys(routes)) {
    const owner = owners.get(name.toLowerCase());
    if (owner === undefined) owners.set(name.toLowerCase(), name);
    else {
      report.error(
        ['modelRoutes', name],
        `has the same name as the route "${owner}"; case doesn't count`,
        'key',
      );
    }
  }
  const aliases = new Map<string, string[]>();
  for (const [name, { alias = [] }] of Object.entries(routes)) {
    aliases.set(name, claimAliases(name, alias, owners, report));
  }
  for (const name of builtIn) if (!owners.has(name)) owners.set(name, name);
  const resolved = new Map<string, RouteNames>();
  for (const [name, { fallback }] of Object.entries(routes)) {
    const own = { aliases: aliases.get(name) ?? [] };
    const chain = fallback && resolveFallback(name, fallback, owners, aliases, report);
    resolved.set(name, chain === undefined ? own : { ...own, fallback: chain });
  }
  return resolved;
}

/** Enters a route's aliases among the taken names. */
function claimAliases(
  name: string,
  alias: string | readonly string[],
  owners: Map<string, string>,
  report: Report,
): string[] {
  const isList = typeof alias !== 'string';
  const claimed: string[] = [];
  for (const [index, wanted] of (isList ? alias : [alias]).entries()) {
    const key = wanted.toLowerCase();
    const owner = owners.get(key);
    if (owner === undefined) {
      owners.set(key, name);
      claimed.push(wanted);
    } else if (owner !== name) {
      const what = owner.toLowerCase() === key ? 'is the name' : 'is an alias';
      report.error(
        ['modelRoutes', name, 'alias', ...(isList ? [index] : [])],
        `"${wanted}" of the route "${name}" ${what} of the route "${owner}" as well`,
      );
    }
  }
  return claimed;
}

function resolveFallback(
  name: string,
  fallback: readonly string[],
  owners: ReadonlyMap<string, string>,
  aliases: ReadonlyMap<string, readonly string[]>,
  report: Report,
): string[] {
  const chain = new Set<string>();
  for (const [index, wanted] of fallback.entries()) {
    const where = ['modelRoutes', name, 'fallback', index];
    const owner = owners.get(wanted.toLowerCase());
    if (owner === undefined) {
      const known = [...aliases.keys(), ...[...aliases.values()].flat()];
      const others = known.filter((other) => owners.get(other.toLowerCase()) !== name);
      report.error(where, `no route is called "${wanted}"${suggestion(wanted, others)}`);
    } else if (owner === name) {
      report.error(where, `"${wanted}" is this route itself`);
    } else {
      chain.add(owner);
    }
  }
  return [...chain];
}
