import { loadConfig } from '../../config/load.ts';
import { ConfigError } from '../../config/config-error.ts';
import { buildRoutes, type Route } from '../../gateway/routes.ts';
import { command } from '../command.ts';
import { EXIT, print, printError, printJson, table } from '../output.ts';

export default command({
  name: 'models',
  description: 'List every model and alias that the configuration gives.',
  example: 'cc-route models --json',
  args: {
    json: { type: 'boolean', description: 'Print JSON.' },
    config: { type: 'string', valueHint: 'file', description: 'Read this configuration.' },
  },
  async run({ json, config: file }) {
    const { env } = process;
    try {
      const config = await loadConfig({ env, flags: file === undefined ? {} : { config: file } });
      const rows = buildRoutes(config, env).map(summarize);
      if (json === true) printJson({ models: rows });
      else print(asTable(rows));
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      printError(error.message);
      return EXIT.failure;
    }
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
  /** Why it can't be used; `null`: it can. */
  readonly problem: string | null;
}

function summarize({ name, aliases, target }: Route): ModelSummary {
  const { credential } = target;
  return {
    aliases,
    model: name,
    upstreamModel: target.model ?? name,
    provider: target.provider.name,
    wire: target.wire,
    contextWindow: target.facts.contextWindow ?? null,
    problem: credential.kind === 'missing' ? credential.problem : null,
  };
}

function asTable(models: readonly ModelSummary[]): string {
  const rows = models.map((model) => [
    model.aliases.join(', ') || '-',
    model.model,
    model.provider,
    model.wire,
    model.contextWindow === null ? '-' : model.contextWindow.toLocaleString('en'),
    model.problem ?? 'ready',
  ]);
  return table(['alias', 'model', 'provider', 'wire format', 'context', 'state'], rows);
}
