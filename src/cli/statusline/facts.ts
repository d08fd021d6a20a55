import { stateDir, type Environment } from '../../config/paths.ts';
import { startOfDay } from '../../lib/moment.ts';
import { findProvider, providerForBaseURL } from '../../providers/catalog.ts';
import { modelFacts } from '../../providers/models.ts';
import { readDatabase, usagePath } from '../../usage/database.ts';
import { rawRoutes, type RawRoute } from '../raw-routes.ts';
import type { Spent, StatusFacts } from './line.ts';

/** What Claude Code gives to a status line (https://code.claude.com/docs/en/statusline). */
interface Session {
  readonly session_id?: unknown;
  readonly model?: { readonly id?: unknown };
  readonly context_window?: {
    readonly total_input_tokens?: unknown;
    readonly context_window_size?: unknown;
  };
}

/**
 * What the status line of a session says. The costs are the gateway's: Claude Code counts with its
 * own prices, whatever model answers. `null`: the input is none of Claude Code's.
 */
export function statusFacts(input: string, env: Environment, now: number): StatusFacts | null {
  const session = parse(input);
  const model = session?.model?.id;
  if (session === null || typeof model !== 'string' || model === '') return null;
  const route = findRoute(model, rawRoutes(env));
  const used = numberOf(session.context_window?.total_input_tokens);
  const window = windowOf(route) ?? numberOf(session.context_window?.context_window_size);
  const id = typeof session.session_id === 'string' ? session.session_id : '';
  return {
    model: model.replace(/\[1m\]$/iu, ''),
    provider: providerOf(route, model),
    context: used === null ? null : { used, window },
    ...spending(id, env, now),
  };
}

function parse(input: string): Session | null {
  try {
    const value: unknown = JSON.parse(input);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 ? value : null;

function findRoute(model: string, routes: readonly RawRoute[]): RawRoute | null {
  const name = model.toLowerCase().replace(/\[1m\]$/u, '');
  const bare = name.replace(/^anthropic\//u, '');
  const isCalled = (wanted: string) => (route: RawRoute) =>
    [route.name, ...route.aliases].some((one) => one.toLowerCase() === wanted);
  return routes.find(isCalled(name)) ?? routes.find(isCalled(bare)) ?? null;
}

function providerOf(route: RawRoute | null, model: string): string | null {
  if (route === null) return /^claude-/iu.test(model) ? 'Anthropic' : null;
  const { preset, baseURL } = route.entry;
  if (typeof preset === 'string') return findProvider(preset)?.label ?? preset;
  if (typeof baseURL !== 'string') return null;
  return providerForBaseURL(baseURL)?.label ?? URL.parse(baseURL)?.host ?? null;
}

/** The route's own window counts, not the one that Claude Code takes an unknown model to have. */
function windowOf(route: RawRoute | null): number | null {
  if (route === null) return null;
  const { contextWindow, model } = route.entry;
  const own = numberOf(contextWindow);
  if (own !== null) return own;
  return modelFacts(typeof model === 'string' ? model : route.name).contextWindow ?? null;
}

interface Row {
  readonly session: number | null;
  readonly sessionUnknown: number;
  readonly today: number | null;
  readonly todayUnknown: number;
}

const SPENT = `
  SELECT
    sum(cost_usd) FILTER (WHERE session = $session) AS session,
    count(*) FILTER (WHERE session = $session AND cost_usd IS NULL) AS sessionUnknown,
    sum(cost_usd) FILTER (WHERE started_at >= $since) AS today,
    count(*) FILTER (WHERE started_at >= $since AND cost_usd IS NULL) AS todayUnknown
  FROM requests WHERE session = $session OR started_at >= $since`;

/** From the usage database; without one there is nothing to say. */
function spending(
  session: string,
  env: Environment,
  now: number,
): Pick<StatusFacts, 'session' | 'today'> {
  const none = { session: null, today: null };
  try {
    using database = readDatabase(usagePath(stateDir({ env })));
    const row = database
      ?.query<Row, { session: string; since: number }>(SPENT)
      .get({ session, since: startOfDay(now) });
    if (!row) return none;
    return {
      session: spent(row.session, row.sessionUnknown),
      today: spent(row.today, row.todayUnknown),
    };
  } catch {
    return none;
  }
}

const spent = (usd: number | null, unknown: number): Spent | null =>
  usd === null && unknown === 0 ? null : { usd: usd ?? 0, isMore: unknown > 0 };
