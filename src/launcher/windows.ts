import type { RouteSummary } from '../core/route-summary.ts';
import type { Variables } from './environment.ts';
import { isObject, type Json } from './user-settings.ts';

/**
 * How Claude Code learns the context windows of models it doesn't know, as measured:
 *
 * - without a word it assumes 200,000 tokens (2.1.197) or a million (2.1.330);
 * - `CLAUDE_CODE_MAX_CONTEXT_TOKENS` is one value for all of them, honoured by every version;
 * - a `[1m]` behind the name means a million for this model, whatever the variable says; it never
 *   leaves the client;
 * - `modelSettings[model].autoCompactWindow` caps one model, from 100,000 up (2.1.251 and later).
 *
 * So the variable follows the session's own model, and what has a larger window is spelled with
 * `[1m]` and capped.
 */
export interface Windows {
  /** What the client assumes of a model that it doesn't know, in tokens. */
  readonly assumed: number;
  /** The model that the session starts with, as it was spelled; `null`: one of Claude Code's. */
  readonly sessionModel: string | null;
  /** The user has turned `[1m]` off. */
  readonly noSuffix: boolean;
}

/**
 * What older clients assume, in tokens. A model whose window nobody knows is given the same by us:
 * a million, as newer ones have it, is more than most models have, and comes with a warning.
 */
const ASSUMED = 200_000;

/** The range of `autoCompactWindow`, in tokens. */
const LEAST_CAP = 100_000;
const MOST_CAP = 1_000_000;

/** What the client asks of an unknown model, in tokens; only a smaller limit has to be told. */
const ASKED_OUTPUT = 32_000;

const MAX_CONTEXT = 'CLAUDE_CODE_MAX_CONTEXT_TOKENS';
const MAX_OUTPUT = 'CLAUDE_CODE_MAX_OUTPUT_TOKENS';

type Env = Readonly<Record<string, string | undefined>>;

/** The route that a name leads to, in any case, with or without `[1m]`. */
export function routeOf(
  model: string | null,
  routes: readonly RouteSummary[],
): RouteSummary | undefined {
  const wanted = model?.toLowerCase().replace(/\[1m\]$/u, '');
  return (
    routes.find(({ name }) => name.toLowerCase() === wanted) ??
    routes.find(({ aliases }) => aliases.some((alias) => alias.toLowerCase() === wanted))
  );
}

/** The limits of the session's own model as variables. What the user has set stays. */
export function limitVariables(
  sessionModel: string | null,
  routes: readonly RouteSummary[],
  env: Env,
): Variables {
  const route = routeOf(sessionModel, routes);
  if (route === undefined) return {};
  const { contextWindow, maxOutputTokens } = route;
  return {
    ...(env[MAX_CONTEXT] ? {} : { [MAX_CONTEXT]: String(contextWindow ?? ASSUMED) }),
    ...(maxOutputTokens === null || maxOutputTokens >= ASKED_OUTPUT || env[MAX_OUTPUT]
      ? {}
      : { [MAX_OUTPUT]: String(maxOutputTokens) }),
  };
}

/** What the client will assume, from its variables as they are in the end. */
export function windowsOf(sessionModel: string | null, env: Env): Windows {
  const told = Number(env[MAX_CONTEXT]);
  return {
    assumed: told > 0 ? told : ASSUMED,
    sessionModel,
    noSuffix: Boolean(env['CLAUDE_CODE_DISABLE_1M_CONTEXT']),
  };
}

/** An alias as the client has to hear it to know its window; the session's own as it was typed. */
export function spellModel(alias: string, route: RouteSummary, windows: Windows): string {
  const { assumed, sessionModel, noSuffix } = windows;
  const isSession = sessionModel?.toLowerCase().replace(/\[1m\]$/u, '') === alias.toLowerCase();
  if (sessionModel !== null && isSession) return sessionModel;
  const isLarger = route.contextWindow !== null && route.contextWindow > assumed;
  return isLarger && !noSuffix ? `${alias}[1m]` : alias;
}

/**
 * Windows of single models, by `modelSettings`. What the user has set for one stays, and their
 * window for all models is the most that any gets.
 *
 * @param sources the user's settings, the strongest last
 */
export function windowSettings(routes: readonly RouteSummary[], sources: readonly Json[]): Json {
  const taken = new Set(
    sources
      .map((source) => source['modelSettings'])
      .filter(isObject)
      .flatMap((models) => Object.entries(models))
      .filter(([, settings]) => isObject(settings) && 'autoCompactWindow' in settings)
      .map(([model]) => model.toLowerCase()),
  );
  const most = sources
    .map((source) => source['autoCompactWindow'])
    .findLast((value) => typeof value === 'number');
  return Object.fromEntries(
    routes
      .filter(({ builtIn }) => !builtIn)
      .flatMap(({ name, aliases, contextWindow }) =>
        [name, ...aliases].map((model) => [model, contextWindow] as const),
      )
      .filter(([model]) => !taken.has(model.toLowerCase()))
      .flatMap(([model, window]) => {
        const cap = Math.min(window ?? ASSUMED, most ?? MOST_CAP, MOST_CAP);
        return cap < LEAST_CAP ? [] : [[model, { autoCompactWindow: cap }]];
      }),
  );
}
