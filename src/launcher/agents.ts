import type { AgentName } from '../core/agent-name.ts';
import { shownNames } from '../core/route-label.ts';
import type { RouteSummary } from '../core/route-summary.ts';
import { formatTokens } from '../lib/units.ts';
import { spellModel, type Windows } from './windows.ts';

/** A subagent type (https://code.claude.com/docs/en/sub-agents#define-subagents-with-the-cli-flag). */
export interface AgentType {
  readonly description: string;
  readonly prompt: string;
  readonly model: string;
  /** Absent: every tool that a subagent can have. */
  readonly tools?: readonly string[];
}

/** Tools that neither change a file nor run a program. Claude Code gives a subagent no others. */
const READ_ONLY_TOOLS = ['Read', 'Grep', 'Glob', 'WebFetch', 'WebSearch'] as const;

/** Claude Code's own types, which an alias of the same name must not replace. */
const TAKEN = new Set([
  'claude',
  'explore',
  'general-purpose',
  'output-style-setup',
  'plan',
  'statusline-setup',
]);

const PROMPT = `You are a software engineer to whom another agent has handed one task. Do that task and nothing beyond it. Read before you change anything, follow the conventions of the code around you, and check your work where it can be checked. Others may be working in the same folder at this moment: stay within the files that your task is about, and leave changes that aren't yours alone.

Your last message is all that the caller gets to see. Say what you did and in which files, what you checked and how, and what is left open. Write in the language of the task.`;

const READ_ONLY_PROMPT = `You are a software engineer to whom another agent has handed one task. You can read, search and look things up; you can't change files or run programs, so don't promise to. Say what should be done instead.

Your last message is all that the caller gets to see. Give your findings, the weightiest first, each with the file and line it is about and how sure you are. Write in the language of the task.`;

/** An alias with its subagent type, and the one that can only look, which its route has once. */
interface Entry {
  readonly alias: string;
  readonly route: RouteSummary;
  readonly readonlyAgent: string;
  readonly isFirst: boolean;
}

/** The user's routes, and whether types can be made of them. */
const ownRoutes = (routes: readonly RouteSummary[]): readonly RouteSummary[] =>
  routes.filter(({ builtIn }) => !builtIn);

/** Why a route has no subagent types; `null`: it has. */
function obstacleOf(route: RouteSummary): string | null {
  if (route.problem !== null) return route.problem;
  if (!route.agent) return 'the configuration keeps it from being a subagent ("agent": false).';
  if (freeNames(route).length > 0) return null;
  return 'Claude Code has a subagent type of this name; give the route another alias.';
}

const freeNames = (route: RouteSummary): readonly string[] =>
  shownNames(route).filter((alias) => !TAKEN.has(alias.toLowerCase()));

function entries(routes: readonly RouteSummary[]): Entry[] {
  const usable = ownRoutes(routes).filter((route) => obstacleOf(route) === null);
  const all = new Set(usable.flatMap(freeNames));
  return usable.flatMap((route) => {
    const names = freeNames(route);
    let readonlyAgent = `${names[0]}-readonly`;
    // An alias may be called like that, and what it can do is another matter.
    while (all.has(readonlyAgent)) readonlyAgent += '-agent';
    return names.map((alias, index) => ({ alias, route, readonlyAgent, isFirst: index === 0 }));
  });
}

/**
 * Every name by which a person may give work to a model, with the subagent types of a session.
 *
 * @param prefix what stands before the types' names where a plugin brings them
 */
export function agentNames(routes: readonly RouteSummary[], prefix = ''): AgentName[] {
  const all = entries(routes);
  return ownRoutes(routes).flatMap((route) => {
    const own = all.filter((entry) => entry.route === route);
    const [first] = own;
    const problem = obstacleOf(route);
    return [...new Set([...route.aliases, route.name])].map((name) => {
      const { alias = name, readonlyAgent = name } =
        own.find((entry) => entry.alias === name) ?? first ?? {};
      return { name, agent: prefix + alias, readonlyAgent: prefix + readonlyAgent, problem };
    });
  });
}

/** The subagent types by name: first those that can write, then those that can only look. */
export function agentTypes(
  routes: readonly RouteSummary[],
  windows: Windows,
): Readonly<Record<string, AgentType>> {
  const all = entries(routes);
  const writing = all.map((entry): [string, AgentType] => {
    const model = spellModel(entry.alias, entry.route, windows);
    return [entry.alias, { description: describe(entry), prompt: PROMPT, model }];
  });
  const reading = all
    .filter(({ isFirst }) => isFirst)
    .map(({ alias, route, readonlyAgent }): [string, AgentType] => {
      const description = `Like ${alias}, for reviews and research: it can read and search, and neither write nor run anything.`;
      const model = spellModel(alias, route, windows);
      return [
        readonlyAgent,
        { description, prompt: READ_ONLY_PROMPT, model, tools: READ_ONLY_TOOLS },
      ];
    });
  return Object.fromEntries([...writing, ...reading]);
}

/** Read by the main model, which has to choose; each word is part of every request. */
function describe({ alias, route, isFirst }: Entry): string {
  const { name, providerLabel, contextWindow, description } = route;
  if (!isFirst) return `The model ${name} (${providerLabel}) under its other name "${alias}".`;
  const window = contextWindow === null ? '' : `, ${formatTokens(contextWindow)} context`;
  const names = alias === name ? `"${name}"` : `"${alias}" or "${name}"`;
  return [
    `The model ${name} (${providerLabel}${window}).`,
    description ?? '',
    `Use it whenever the user, in whatever language, gives a part of the work to ${names}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
