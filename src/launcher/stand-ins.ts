import { DISCOVERY_PREFIX, shownNames } from '../core/route-label.ts';
import type { RouteSummary } from '../core/route-summary.ts';
import type { Variables } from './environment.ts';
import { routeOf } from './windows.ts';

export interface StandInFacts {
  /** The model that the session starts with; `null`: Claude Code's own default. */
  readonly sessionModel: string | null;
  readonly routes: readonly RouteSummary[];
  /** Whether the session has anything to show to Anthropic. */
  readonly hasCredential: boolean;
  /** Nobody sees a list of models: what is asked for by name has to be just that. */
  readonly isPrint: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Models that Claude Code takes for work of its own: checks of auto mode, web pages, subagents. */
const HELPERS = ['Sonnet', 'Haiku'] as const;

/** Those that it starts with. */
const MAIN = ['Opus', 'Fable'] as const;

/**
 * Keeps a session whole that can't reach Anthropic. On another model Claude Code still asks Claude
 * ones for help: auto mode, its default, lets no program run unless `sonnet` has judged it. So in a
 * session on one of the user's own models, that model stands in for those of Claude Code. In one
 * that starts with Claude Code's default only the helpers are replaced, by the user's first model,
 * so that a model chosen in `/model` can work; the default itself then says that a login is missing.
 *
 * Besides, auto mode's checks by the server are a service of Anthropic's own models; asked for in
 * vain elsewhere, they hold up the first action with a notice
 * (https://code.claude.com/docs/en/auto-mode-classifier-billing).
 */
export function standInVariables(facts: StandInFacts): Variables {
  const { sessionModel, routes, hasCredential, isPrint, env } = facts;
  const own = routeOf(sessionModel, routes);
  const noServerChecks =
    own === undefined || env['CLAUDE_CODE_AUTO_MODE_SERVER'] !== undefined
      ? {}
      : { CLAUDE_CODE_AUTO_MODE_SERVER: '0' };
  if (hasCredential) return noServerChecks;
  const first = routes.find(({ builtIn, problem }) => !builtIn && problem === null);
  const route = own ?? (isPrint ? undefined : first);
  if (route === undefined) return noServerChecks;
  const families = own === undefined ? HELPERS : [...HELPERS, ...MAIN];
  const variables = families.flatMap((family) => standIn(family, route, env));
  return { ...noServerChecks, ...Object.fromEntries(variables) };
}

/** Another spelling than in the list of models, where a model that was named before is left out. */
function standIn(
  family: string,
  route: RouteSummary,
  env: StandInFacts['env'],
): (readonly [string, string])[] {
  const name = `ANTHROPIC_DEFAULT_${family.toUpperCase()}_MODEL`;
  if (env[name]) return [];
  const alias = shownNames(route)[0] ?? route.name;
  return [
    [name, `${DISCOVERY_PREFIX}${alias}`],
    [`${name}_NAME`, `${family} → ${alias}`],
    [`${name}_DESCRIPTION`, `${route.name} stands in: there is no Anthropic login`],
  ];
}
