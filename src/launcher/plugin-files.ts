import manifest from '../../plugin/.claude-plugin/plugin.json' with { type: 'json' };
import marketplace from '../../plugin/.claude-plugin/marketplace.json' with { type: 'json' };
import mmodel from '../../plugin/commands/mmodel.md' with { type: 'text' };
import hooks from '../../plugin/hooks/hooks.json' with { type: 'json' };
import readme from '../../plugin/README.md' with { type: 'text' };
import skill from '../../plugin/skills/cc-route-routing/SKILL.md' with { type: 'text' };
import { shownNames } from '../core/route-label.ts';
import type { RouteSummary } from '../core/route-summary.ts';
import { formatTokens } from '../lib/units.ts';
import { VERSION } from '../version.ts';
import { agentNames, agentTypes, type AgentType } from './agents.ts';
import { windowsOf } from './windows.ts';

/** Files by their path inside a folder. */
export type Files = Readonly<Record<string, string>>;

/** The name of the marketplace that holds the plugin, and the plugin's own there. */
export const MARKETPLACE = marketplace.name;
export const PLUGIN_ID = `${manifest.name}@${MARKETPLACE}`;

/** What stands before the names of the subagent types that an installed plugin brings. */
const PREFIX = `${manifest.name}:`;

/** Where the subagent types of a plugin folder are listed, for the hook. */
const AGENTS_FILE = 'agents.json';

/** The bare `/mmodel`, which no plugin can have: a command file of the user's own. */
export const BARE_COMMAND = `${mmodel.trimEnd()}\n\n<!-- Made by cc-route plugin install; cc-route plugin uninstall removes it. -->\n`;

/**
 * The plugin for one session, whose subagent types come by `--agents`.
 *
 * @param program what runs the management commands
 */
export function sessionPlugin(routes: readonly RouteSummary[], program: readonly string[]): Files {
  return {
    ...commonFiles(routes, program),
    [AGENTS_FILE]: json({ agents: agentNames(routes) }),
  };
}

/** The plugin to install for good, with a marketplace around it and the subagent types in it. */
export function installedPlugin(
  routes: readonly RouteSummary[],
  program: readonly string[],
): Files {
  const types = Object.entries(agentTypes(routes, windowsOf(null, {})));
  return {
    ...commonFiles(routes, program),
    'README.md': readme,
    '.claude-plugin/marketplace.json': json(marketplace),
    [AGENTS_FILE]: json({ agents: agentNames(routes, PREFIX) }),
    ...Object.fromEntries(
      types.map(([name, type], index) => [
        `agents/${fileName(name, index)}.md`,
        agentFile(name, type),
      ]),
    ),
  };
}

function commonFiles(
  routes: readonly RouteSummary[],
  [command = '', ...args]: readonly string[],
): Files {
  const [expansion] = hooks.hooks.UserPromptExpansion;
  const [hook] = expansion?.hooks ?? [];
  // A list of arguments is passed on without a shell, so no path needs quotation marks.
  const own = [...args, ...(hook?.args ?? []), '--agents', `\${CLAUDE_PLUGIN_ROOT}/${AGENTS_FILE}`];
  return {
    '.claude-plugin/plugin.json': json({ ...manifest, version: VERSION }),
    'commands/mmodel.md': mmodel,
    'hooks/hooks.json': json({
      ...hooks,
      hooks: {
        UserPromptExpansion: [{ ...expansion, hooks: [{ ...hook, command, args: own }] }],
      },
    }),
    'skills/cc-route-routing/SKILL.md': skill.replace(
      /(?<=\n## Models\n\n)[^#]*(?=\n## )/u,
      () => `${modelTable(routes)}\n`,
    ),
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The models of the configuration in force, for the main model. */
function modelTable(routes: readonly RouteSummary[]): string {
  const own = routes.filter(({ builtIn }) => !builtIn);
  if (own.length === 0) {
    return 'There are none yet; `cc-route init` adds one.';
  }
  const names = new Map(agentNames(routes).map((each) => [each.name, each]));
  const rows = own.map((route) => {
    const first = names.get(shownNames(route)[0] ?? '');
    const types =
      first === undefined || first.problem !== null
        ? 'none: not usable now'
        : `${shownNames(route).join(', ')}; read-only: ${first.readonlyAgent}`;
    const window = route.contextWindow === null ? '' : formatTokens(route.contextWindow);
    const price =
      route.pricing === null ? '' : `$${route.pricing.input} / $${route.pricing.output}`;
    return [types, route.name, route.providerLabel, window, price, route.description ?? ''];
  });
  const head = [
    'subagent types',
    'model',
    'provider',
    'context',
    'USD per million in / out',
    'good for',
  ];
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A name that every file system takes; the index keeps two of them apart. */
const fileName = (name: string, index: number): string =>
  `${String(index).padStart(3, '0')}-${name.replaceAll(/[^\w.-]/gu, '_').slice(0, 60)}`;

/** A subagent as a file; a JSON string is a YAML string too. */
function agentFile(name: string, { description, prompt, model, tools }: AgentType): string {
  const head = {
    name: JSON.stringify(name),
    description: JSON.stringify(description),
    model: JSON.stringify(model),
    ...(tools === undefined ? {} : { tools: tools.join(', ') }),
  };
  const lines = Object.entries(head).map(([key, value]) => `${key}: ${value}`);
  return ['---', ...lines, '---', '', prompt, ''].join('\n');
}
