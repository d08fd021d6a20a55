import type { Config, RouteConfig } from './config.ts';
import { suggestion } from './hints.ts';
import type { Report } from './report.ts';
import type { FileConfig } from './schema.ts';

/** The routes that a scenario names, aliases resolved; a name that means none is an error. */
export function resolveScenarios(
  scenarios: FileConfig['scenarios'],
  routes: readonly RouteConfig[],
  builtIn: readonly string[],
  report: Report,
): Config['scenarios'] {
  const owners = new Map<string, string>(builtIn.map((name) => [name, name]));
  for (const { name, aliases } of routes) {
    for (const alias of aliases) owners.set(alias.toLowerCase(), name);
  }
  for (const { name } of routes) owners.set(name.toLowerCase(), name);

  const chainOf = (key: keyof Config['scenarios']): string[] => {
    const wanted = scenarios?.[key] ?? [];
    const isList = typeof wanted !== 'string';
    const chain = new Set<string>();
    for (const [index, name] of (isList ? wanted : [wanted]).entries()) {
      const owner = owners.get(name.toLowerCase());
      if (owner !== undefined) chain.add(owner);
      else {
        const known = routes.flatMap((route) => [route.name, ...route.aliases]);
        report.error(
          ['scenarios', key, ...(isList ? [index] : [])],
          `no route is called "${name}"${suggestion(name, known)}`,
        );
      }
    }
    return [...chain];
  };
  return { webSearch: chainOf('webSearch') };
}
