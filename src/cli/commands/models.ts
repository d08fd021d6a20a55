import type { Health } from '../../core/route-summary.ts';
import type { Route } from '../../gateway/routes.ts';
import { summarizeTarget } from '../../gateway/explain.ts';
import type { ModelFacts } from '../../providers/target.ts';
import { command } from '../command.ts';
import { configArg, jsonArg, loadTable } from '../configuration.ts';
import { priceCell, tokenCount } from '../describe.ts';
import { EXIT, paint, print, printJson, table } from '../output.ts';
import { servedRoutes } from '../served-routes.ts';

export default command({
  name: 'models',
  description: 'List every model and alias that the configuration gives.',
  example: 'cc-route models --json',
  args: { json: jsonArg, config: configArg },
  async run({ json, config: file }) {
    const { table: routes } = await loadTable(file, process.env);
    const served = await servedRoutes(process.env);
    const models = routes.routes.map((route) =>
      summarize(route, served.get(route.name)?.health ?? null),
    );
    if (json === true) printJson({ models });
    else print(asTable(models));
    return EXIT.ok;
  },
});

interface ModelSummary {
  readonly aliases: readonly string[];
  readonly model: string;
  /** The model's id at its provider. */
  readonly upstreamModel: string;
  readonly provider: string;
  readonly wire: string;
  /** In tokens; `null`: not known. */
  readonly contextWindow: number | null;
  /** In tokens; `null`: not known. */
  readonly maxOutputTokens: number | null;
  /** USD per million tokens; `null`: not known. */
  readonly pricing: ModelFacts['pricing'] | null;
  /** Why it can't be used; `null`: it can. */
  readonly problem: string | null;
  /** What the running gateway saw of it; `null`: none runs. */
  readonly health: Health | null;
}

function summarize({ name, aliases, target }: Route, health: Health | null): ModelSummary {
  const { model, provider, wire, problem } = summarizeTarget(target, name);
  const { contextWindow = null, maxOutputTokens = null, pricing = null } = target.facts;
  return {
    aliases,
    model: name,
    upstreamModel: model,
    provider,
    wire,
    contextWindow,
    maxOutputTokens,
    pricing,
    problem,
    health,
  };
}

function asTable(models: readonly ModelSummary[]): string {
  const rows = models.map((model) => [
    model.aliases.join(', ') || '-',
    model.model,
    model.provider,
    model.wire,
    model.contextWindow === null ? '-' : tokenCount(model.contextWindow),
    priceCell(model.pricing ?? undefined),
    stateCell(model),
  ]);
  const head = ['alias', 'model', 'provider', 'wire format', 'context', 'price', 'health'];
  const problems = models.flatMap(({ model, problem, health }) => {
    const text = problem ?? health?.problem ?? null;
    return text === null ? [] : [`${model}: ${text}`];
  });
  return [table(head, rows), ...problems].join('\n\n');
}

/** `ready`: nothing speaks against it; `ok`: the running gateway agrees. */
function stateCell({ problem, health }: ModelSummary): string {
  if (problem !== null) return paint('yellow', 'not usable');
  if (health === null) return 'ready';
  return paint(HEALTH_STYLE[health.state], health.state);
}

const HEALTH_STYLE = { ok: 'green', failing: 'yellow', down: 'red' } as const;
