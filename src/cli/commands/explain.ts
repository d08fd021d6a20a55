import { stateDir, type Environment } from '../../config/paths.ts';
import type { Lesson } from '../../core/route-summary.ts';
import { explain, type Explanation, type TargetSummary } from '../../gateway/explain.ts';
import { bypassProxies, fetchRoutes } from '../../launcher/control-client.ts';
import { findGateway } from '../../launcher/gateway-process.ts';
import { command } from '../command.ts';
import { configArg, jsonArg, loadTable } from '../configuration.ts';
import { capabilityText, factText, keyText, priceText, tokenCount } from '../describe.ts';
import { duration, EXIT, fields, paint, print, printError, printJson } from '../output.ts';

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
    json: jsonArg,
    config: configArg,
  },
  async run({ model, json, config: file }) {
    const { config, table } = await loadTable(file, process.env);
    const explanation = explain(model, table, config);
    const learned = await lessonsOf(explanation.route, process.env);
    if (json === true) printJson({ ...explanation, learned });
    else if (explanation.target === null) printError(unknownText(explanation));
    else print(explanationText(explanation, explanation.target, learned));
    return explanation.target === null ? EXIT.failure : EXIT.ok;
  },
});

/** What the gateway that runs here, if one does, found out about the route's upstream. */
async function lessonsOf(route: string | null, env: Environment): Promise<readonly Lesson[]> {
  if (route === null) return [];
  bypassProxies();
  try {
    const record = await findGateway(stateDir({ env }));
    const routes = record === null ? [] : await fetchRoutes(record);
    return routes.find(({ name }) => name === route)?.learned ?? [];
  } catch {
    // It doesn't answer, or is older: what it knows is an addition to what the file says.
    return [];
  }
}

function unknownText({ name, why, nearest }: Explanation): string {
  const hint = nearest.length === 0 ? '' : `\nDid you mean ${nearest.join(', ')}?`;
  return `${JSON.stringify(name)}: ${why}.${hint}\nSee every name: cc-route models`;
}

function explanationText(
  explanation: Explanation,
  target: TargetSummary,
  learned: readonly Lesson[],
): string {
  const { name, why, aliases, limits, capabilities, pricing, fallback } = explanation;
  const tokens = (count: number): string => `${tokenCount(count)} tokens`;
  const abilities = capabilities === null ? '' : capabilityText(capabilities);
  const rows: (readonly [string, string])[] = [
    ['why', why],
    ['aliases', aliases.join(', ')],
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
    ['learned', learnedText(learned)],
  ];
  const head = `${paint('bold', name)} → ${target.model} at ${target.label}`;
  return `${head}\n\n${fields(rows.filter(([, value]) => value !== ''))}`;
}

/** What the upstream refused and gets otherwise; `compat` of the route can say so for good. */
function learnedText(learned: readonly Lesson[]): string {
  return learned.map(({ what, ageMs }) => `${what} (${duration(ageMs)} ago)`).join(', ');
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
