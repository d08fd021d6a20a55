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
  /** Whether this Claude Code lists models by its settings; `null`: not known. */
  readonly hasModelPicker: boolean | null;
  /** Whether the gateway has a route for the small model's requests (`scenarios.background`). */
  readonly hasBackground: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Claude Code's own models, by the names that its variables have for them. */
const FAMILIES = ['Opus', 'Fable', 'Sonnet', 'Haiku'] as const;

/**
 * Asked for under this name, a small request goes where `scenarios.background` says; in a session on
 * one of the user's models Claude Code would ask that model instead.
 */
const SMALL = { ANTHROPIC_DEFAULT_HAIKU_MODEL: 'claude-haiku-4-5' } as const;

/** The one that judges actions in auto mode. */
const JUDGE = ['Sonnet'] as const;

/**
 * Keeps a session whole that can't reach Anthropic. On another model Claude Code still asks Claude
 * ones for help: auto mode, its default, lets no program run unless `sonnet` has judged it. So in a
 * session on one of the user's own models, that model stands in for those of Claude Code. In one
 * that starts with Claude Code's default only the judge is replaced, by the user's first model, so
 * that a model chosen in `/model` can work; the default itself then says that a login is missing.
 *
 * Besides, auto mode's checks by the server are a service of Anthropic's own models; asked for in
 * vain elsewhere, they hold up the first action with a notice
 * (https://code.claude.com/docs/en/auto-mode-classifier-billing).
 */
export function standInVariables(facts: StandInFacts): Variables {
  const { hasBackground, env } = facts;
  const isNamed = env['ANTHROPIC_DEFAULT_HAIKU_MODEL'] || env['ANTHROPIC_SMALL_FAST_MODEL'];
  if (!hasBackground || isNamed) return replacements(facts);
  const forOthers = replacements({ ...facts, env: { ...env, ...SMALL } });
  return { ...forOthers, ...SMALL };
}

function replacements(facts: StandInFacts): Variables {
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
  const families = own === undefined ? JUDGE : FAMILIES;
  const variables = families.flatMap((family) => standIn(family, route, facts));
  return { ...noServerChecks, ...Object.fromEntries(variables) };
}

function standIn(
  family: string,
  route: RouteSummary,
  { env, hasModelPicker }: StandInFacts,
): (readonly [string, string])[] {
  const name = `ANTHROPIC_DEFAULT_${family.toUpperCase()}_MODEL`;
  if (env[name]) return [];
  const alias = shownNames(route)[0] ?? route.name;
  // Another spelling than further down in `/model`, where what was named before is left out.
  const model = hasModelPicker === false ? alias : `${DISCOVERY_PREFIX}${alias}`;
  return [
    [name, model],
    [`${name}_NAME`, `${family} → ${alias}`],
    [`${name}_DESCRIPTION`, `${route.name} stands in: there is no Anthropic login`],
  ];
}
