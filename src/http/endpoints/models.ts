import type { Context } from 'hono';
import { GatewayError } from '../../core/errors.ts';
import { DISCOVERY_PREFIX, routeLine, shownNames, shownRoutes } from '../../core/route-label.ts';
import { summarizeRoute } from '../../gateway/route-summary.ts';
import type { Route } from '../../gateway/routes.ts';
import { percentDecoded } from '../../lib/percent.ts';
import type { HttpContext, HttpEnv } from '../context.ts';
import { pageOf } from '../model-page.ts';

/** One model as Anthropic's API describes it (https://docs.anthropic.com/en/api/models-list). */
interface ModelInfo {
  readonly type: 'model';
  readonly id: string;
  readonly display_name: string;
  readonly created_at: string;
  readonly max_input_tokens: number | null;
  readonly max_tokens: number | null;
}

/** Routes have no date of birth; the field is required. */
const CREATED_AT = '2026-01-01T00:00:00Z';

/**
 * `GET /v1/models`: every route and alias, and each alias once more under an id that Claude Code's
 * gateway discovery accepts: it must start with `claude` or `anthropic`. That list shows nothing
 * but the id and `display_name`, which therefore tells provider, window and price.
 */
export function listModels(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const { routes } = http.gateway.table;
    const models = [...routes.flatMap(modelsOf), ...discoverable(routes)];
    return c.json(pageOf(models, c.req.query()));
  };
}

/** `GET /v1/models/{id}`; the id may hold slashes. */
export function getModel(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const id = percentDecoded(c.req.path.slice('/v1/models/'.length));
    const route = http.gateway.table.find(id);
    if (route === undefined) {
      throw new GatewayError('unknown_model', `No route is named "${id.slice(0, 100)}".`);
    }
    return c.json(modelInfo(route, id));
  };
}

const modelsOf = (route: Route): ModelInfo[] =>
  [route.name, ...route.aliases].map((id) => modelInfo(route, id));

function discoverable(routes: readonly Route[]): ModelInfo[] {
  const byName = new Map(routes.map((route) => [route.name, route]));
  return shownRoutes(routes.map(summarizeRoute)).flatMap((summary) => {
    const route = byName.get(summary.name);
    if (route === undefined) return [];
    return shownNames(summary)
      .filter((alias) => !/^(?:claude|anthropic)/iu.test(alias))
      .map((alias) => modelInfo(route, DISCOVERY_PREFIX + alias, routeLine(summary, alias)));
  });
}

function modelInfo({ name, target }: Route, id: string, line?: string): ModelInfo {
  return {
    type: 'model',
    id,
    display_name: line ?? `${name} (${target.provider.label})`,
    created_at: CREATED_AT,
    max_input_tokens: target.facts.contextWindow ?? null,
    max_tokens: target.facts.maxOutputTokens ?? null,
  };
}
