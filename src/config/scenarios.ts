import type { Config, RouteConfig } from './config.ts';
import { LONG_CONTEXT_TOKENS } from './defaults.ts';
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

  const chainOf = (path: readonly string[], wanted: RouteChain | undefined): string[] => {
    if (wanted === undefined) return [];
    const isList = typeof wanted !== 'string';
    const chain = new Set<string>();
    for (const [index, name] of (isList ? wanted : [wanted]).entries()) {
      const owner = owners.get(name.toLowerCase());
      if (owner !== undefined) chain.add(owner);
      else {
        const known = routes.flatMap((route) => [route.name, ...route.aliases]);
        report.error(
          ['scenarios', ...path, ...(isList ? [index] : [])],
          `no route is called "${name}"${suggestion(name, known)}`,
        );
      }
    }
    return [...chain];
  };
  const { longContext } = scenarios ?? {};
  const isBare = typeof longContext === 'string' || Array.isArray(longContext);
  return {
    webSearch: chainOf(['webSearch'], scenarios?.webSearch),
    background: chainOf(['background'], scenarios?.background),
    think: chainOf(['think'], scenarios?.think),
    image: chainOf(['image'], scenarios?.image),
    longContext: isBare
      ? { routes: chainOf(['longContext'], longContext), threshold: LONG_CONTEXT_TOKENS }
      : {
          routes: chainOf(['longContext', 'route'], longContext?.route),
          threshold: longContext?.threshold ?? LONG_CONTEXT_TOKENS,
        },
  };
}

type RouteChain = string | readonly string[];
