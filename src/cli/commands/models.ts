import type { Route } from '../../gateway/routes.ts';
import { summarizeTarget } from '../../gateway/explain.ts';
import type { ModelFacts } from '../../providers/target.ts';
import { command } from '../command.ts';
import { configArg, jsonArg, loadTable } from '../configuration.ts';
import { priceCell, tokenCount } from '../describe.ts';
import { EXIT, paint, print, printJson, table } from '../output.ts';

export default command({
  name: 'models',
  description: 'List every model and alias that the configuration gives.',
  example: 'cc-route models --json',
  args: { json: jsonArg, config: configArg },
  async run({ json, config: file }) {
    const { table: routes } = await loadTable(file, process.env);
    const models = routes.routes.map(summarize);
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
}

function summarize({ name, aliases, target }: Route): ModelSummary {
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
    model.problem === null ? 'ready' : paint('yellow', 'not usable'),
  ]);
  const head = ['alias', 'model', 'provider', 'wire format', 'context', 'price', 'state'];
  const problems = models
    .filter(({ problem }) => problem !== null)
    .map(({ model, problem }) => `${model}: ${problem}`);
  return [table(head, rows), ...problems].join('\n\n');
}
