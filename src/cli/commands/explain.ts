import type { Health, Lesson } from '../../core/route-summary.ts';
import {
  explain,
  type Explanation,
  type ScenarioNote,
  type TargetSummary,
} from '../../gateway/explain.ts';
import { command, UsageError } from '../command.ts';
import { configArg, jsonArg, loadTable } from '../configuration.ts';
import {
  capabilityText,
  factText,
  healthText,
  keyText,
  priceText,
  tokenCount,
} from '../describe.ts';
import { duration, EXIT, fields, paint, print, printError, printJson } from '../output.ts';
import { servedRoutes } from '../served-routes.ts';

export default command({
  name: 'explain',
  description: 'Show how a model name would be routed, and why. Sends nothing.',
  example: 'cc-route explain d4f',
  args: {
    model: {
      type: 'positional',
      required: true,
      valueHint: 'alias',
      description: 'A model name or alias.',
    },
    thinking: { type: 'boolean', description: 'For a request with thinking switched on.' },
    image: { type: 'boolean', description: 'For a request with an image.' },
    'web-search': { type: 'boolean', description: 'For a web search.' },
    tokens: {
      type: 'string',
      valueHint: 'number',
      description: 'For a request of so many tokens.',
    },
    json: jsonArg,
    config: configArg,
  },
  async run(args) {
    const { json } = args;
    const { config, table } = await loadTable(args.config, process.env);
    const kind = {
      image: args.image === true,
      thinking: args.thinking === true,
      webSearch: args['web-search'] === true,
      tokens: args.tokens === undefined ? 0 : parseCount(args.tokens),
    };
    const explanation = await explain(args.model, kind, table, config);
    const served = await servedRoutes(process.env);
    const { learned = [], health = null } = served.get(explanation.target?.route ?? '') ?? {};
    if (json === true) printJson({ ...explanation, health, learned });
    else if (explanation.target === null) printError(unknownText(explanation));
    else print(explanationText(explanation, explanation.target, { health, learned }));
    return explanation.target === null ? EXIT.failure : EXIT.ok;
  },
});

/** `90000`, `90,000`, `90k`. */
function parseCount(text: string): number {
  const [, digits = '', unit = ''] = /^([\d_,]+)(k?)$/iu.exec(text) ?? [];
  const count = Number(digits.replaceAll(/[_,]/gu, '')) * (unit === '' ? 1 : 1000);
  if (digits === '' || !Number.isSafeInteger(count)) {
    throw new UsageError(`--tokens ${text}: expected a number`);
  }
  return count;
}

function unknownText({ name, why, nearest }: Explanation): string {
  const hint = nearest.length === 0 ? '' : `\nDid you mean ${nearest.join(', ')}?`;
  return `${JSON.stringify(name)}: ${why}.${hint}\nSee every name: cc-route models`;
}

/** What the running gateway knows besides; `null`: none runs. */
interface Experience {
  readonly health: Health | null;
  readonly learned: readonly Lesson[];
}

function explanationText(
  explanation: Explanation,
  target: TargetSummary,
  { health, learned }: Experience,
): string {
  const { name, why, aliases, scenarios, limits, capabilities, pricing, fallback } = explanation;
  const tokens = (count: number): string => `${tokenCount(count)} tokens`;
  const abilities = capabilities === null ? '' : capabilityText(capabilities);
  const rows: (readonly [string, string])[] = [
    ['why', why],
    ['aliases', aliases.join(', ')],
    ['scenarios', scenarios.map(scenarioText).join('\n')],
    ['sent to', target.builtIn ? 'nobody: answered inside the gateway' : target.url],
    ['as', target.model],
    ['format', formatText(target)],
    ['key', target.key.kind === 'missing' ? '' : keyText(target.key)],
    ['problem', target.problem === null ? '' : paint('red', target.problem)],
    ['context', factText(limits.contextWindow, tokens)],
    ['output', factText(limits.maxOutputTokens, tokens)],
    ['can take', abilities],
    ['price', factText(pricing, priceText)],
    ['fallback', fallbackText(fallback)],
    ['health', health === null ? '' : healthText(health)],
    ['learned', learnedText(learned)],
  ];
  const head = `${paint('bold', name)} → ${target.model} at ${target.label}`;
  return `${head}\n\n${fields(rows.filter(([, value]) => value !== ''))}`;
}

/** What the upstream refused and gets otherwise; `compat` of the route can say so for good. */
function learnedText(learned: readonly Lesson[]): string {
  return learned.map(({ what, ageMs }) => `${what} (${duration(ageMs)} ago)`).join(', ');
}

function scenarioText({ scenario, when, route, applies }: ScenarioNote): string {
  const text = `${scenario}: to ${route} ${when}`;
  return applies ? `${text} ${paint('green', '← applies')}` : text;
}

function formatText({ wire }: TargetSummary): string {
  return wire === 'anthropic-messages' ? `${wire}, passed through` : `${wire}, translated`;
}

function fallbackText({ from, targets }: Explanation['fallback']): string {
  if (targets.length === 0) return 'none';
  const chain = targets
    .map(({ route, label, problem }) => {
      const state = problem === null ? '' : paint('yellow', ' (not usable)');
      return `${route} at ${label}${state}`;
    })
    .join(', then ');
  return from === 'siblings' ? `${chain} (the other routes of this provider)` : chain;
}
