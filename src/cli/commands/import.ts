import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import { setValue } from '../../config/edit.ts';
import { displayPath, homeDirectory, type Environment } from '../../config/paths.ts';
import { command, UsageError } from '../command.ts';
import { openConfig, saveConfig, type EditableConfig } from '../config-file.ts';
import { configArg, jsonArg } from '../configuration.ts';
import { planImport, type ImportPlan, type PlannedRoute } from '../import/plan.ts';
import { findSourceFile, readSource, SOURCES } from '../import/sources.ts';
import { EXIT, fields, paint, plural, print, printError, printJson, table } from '../output.ts';

const NAMES = SOURCES.map(({ name }) => name).join(' or ');

export default command({
  name: 'import',
  description: `Take over providers, keys and models of ${NAMES}. Shows everything before it writes.`,
  example: 'cc-route import claude-code-router --dry-run',
  args: {
    program: {
      type: 'positional',
      required: true,
      valueHint: SOURCES.map(({ name }) => name).join('|'),
      description: NAMES,
    },
    from: { type: 'string', valueHint: 'file', description: 'Its configuration, if elsewhere.' },
    'dry-run': { type: 'boolean', description: 'Show what would be written; write nothing.' },
    yes: { type: 'boolean', description: 'Write without asking.' },
    json: jsonArg,
    config: { ...configArg, description: 'Write this file instead of the usual one.' },
  },
  async run(args) {
    const env: Environment = { ...process.env };
    const source = SOURCES.find(({ name }) => name === args.program);
    if (source === undefined) throw new UsageError(`${args.program}: expected ${NAMES}`);
    const named = args.from === undefined ? null : resolve(args.from);
    const from = named ?? findSourceFile(source, homeDirectory({ env }));
    if (from === null) {
      printError(`${source.name} was not set up here. Name its file by --from.`);
      return EXIT.failure;
    }
    const file = await openConfig(args.config, env);
    const plan = planImport(readSource(source, from), file.table, (name) =>
      hasScenario(file, name),
    );
    const origin = displayPath(from, { env });
    if (args.json === true) printJson(asJson(plan, from, file));
    else print(planText(plan, origin, file));
    if (args['dry-run'] === true || plan.routes.length === 0) return EXIT.ok;
    if (args.yes !== true && !(await isWanted(plan, file))) return EXIT.failure;
    await saveConfig(file, textWith(plan, file), env);
    if (args.json === true) return EXIT.ok;
    print(`\n${file.exists ? 'added to' : 'written:'} ${file.shown}`);
    const next = plan.start === null ? 'cc-route doctor --live' : `clauder --model ${plan.start}`;
    print(`\nNext: ${next}`);
    return EXIT.ok;
  },
});

function textWith({ routes, scenarios }: ImportPlan, { text }: EditableConfig): string {
  const withRoutes = routes.reduce(
    (before, { name, value }) => setValue(before, ['modelRoutes', name], value),
    text,
  );
  return Object.entries(scenarios).reduce(
    (before, [name, value]) => setValue(before, ['scenarios', name], value),
    withRoutes,
  );
}

/** Whether the file says something of a scenario already. */
function hasScenario({ config }: EditableConfig, name: string): boolean {
  const scenarios: Readonly<Record<string, unknown>> = config?.scenarios ?? {};
  const value = scenarios[name];
  if (Array.isArray(value)) return value.length > 0;
  return (
    config !== null && config.scenarios.longContext.routes.length > 0 && name === 'longContext'
  );
}

/** Asks at a terminal; elsewhere nobody could answer. */
async function isWanted({ routes }: ImportPlan, { shown }: EditableConfig): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    printError('\nNothing was written. To write it: the same command with --yes');
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(
    `\nWrite ${plural(routes.length, 'route')} to ${shown}? [y/N] `,
  );
  lines.close();
  if (/^y(?:es)?$/iu.test(answer.trim())) return true;
  print('Nothing was written.');
  return false;
}

function planText(plan: ImportPlan, origin: string, { shown }: EditableConfig): string {
  const { routes, scenarios, skipped } = plan;
  const parts = [
    routes.length === 0
      ? `${origin} has nothing that ${shown} hasn't.`
      : `${origin} → ${shown}: ${plural(routes.length, 'route')}\n\n${routesTable(routes)}`,
  ];
  if (Object.keys(scenarios).length > 0) {
    const rows = Object.entries(scenarios).map(
      ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    );
    parts.push(`${paint('bold', 'scenarios')}\n${fields(rows)}`);
  }
  if (skipped.length > 0) {
    const rows = skipped.map(({ what, why }) => `  ${what}: ${paint('dim', why)}`);
    parts.push(`${paint('bold', 'not taken over')}\n${rows.join('\n')}`);
  }
  return parts.join('\n\n');
}

function routesTable(routes: readonly PlannedRoute[]): string {
  const rows = routes.map(({ alias, name, provider, wire, keyFrom }) => [
    alias ?? '-',
    name,
    provider,
    wire,
    keyFrom ?? '-',
  ]);
  return table(['alias', 'model', 'provider', 'wire format', 'key'], rows);
}

/** The plan without the keys. */
function asJson(
  { routes, scenarios, skipped, start }: ImportPlan,
  from: string,
  file: EditableConfig,
) {
  const shown = routes.map(({ value, ...route }) => {
    const { authToken, ...rest } = value;
    const isVariable = typeof authToken === 'string' && authToken.startsWith('${');
    return Object.assign(route, {
      value: authToken === undefined || isVariable ? value : { ...rest, authToken: '(hidden)' },
    });
  });
  return { from, to: file.path, routes: shown, scenarios, skipped, start };
}
