import { explain, type Explanation, type TargetSummary } from '../../gateway/explain.ts';
import { command } from '../command.ts';
import { configArg, jsonArg, loadTable } from '../configuration.ts';
import { capabilityText, factText, keyText, priceText, tokenCount } from '../describe.ts';
import { EXIT, fields, paint, print, printError, printJson } from '../output.ts';

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
    if (json === true) printJson(explanation);
    else if (explanation.target === null) printError(unknownText(explanation));
    else print(explanationText(explanation, explanation.target));
    return explanation.target === null ? EXIT.failure : EXIT.ok;
  },
});

function unknownText({ name, why, nearest }: Explanation): string {
  const hint = nearest.length === 0 ? '' : `\nDid you mean ${nearest.join(', ')}?`;
  return `${JSON.stringify(name)}: ${why}.${hint}\nSee every name: cc-route models`;
}

function explanationText(explanation: Explanation, target: TargetSummary): string {
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
  ];
  const head = `${paint('bold', name)} → ${target.model} at ${target.label}`;
  return `${head}\n\n${fields(rows.filter(([, value]) => value !== ''))}`;
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
