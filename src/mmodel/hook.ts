import type { AgentName } from '../core/agent-name.ts';
import { parseAssignments } from './parse.ts';
import { planText, USAGE } from './plan.ts';

/** The name of the command as the plugin has it, and as a file of the user's own has it. */
const PLUGIN_COMMAND = 'cc-route:mmodel';
const BARE_COMMAND = 'mmodel';

export interface HookContext {
  /** Whether the user's bare `/mmodel` is the one that `cc-route plugin` made. */
  readonly bareIsOurs: boolean;
  /** Where the session's requests go; absent: to Anthropic. */
  readonly baseURL: string | undefined;
}

const NO_GATEWAY =
  'The models of /mmodel are behind the gateway, and this session talks to Anthropic itself.\n' +
  'Start the session by clauder; or run cc-route start and set ANTHROPIC_BASE_URL to its address.';

/** What a hook says to Claude Code (https://code.claude.com/docs/en/hooks#userpromptexpansion). */
export type HookAnswer =
  | {
      readonly hookSpecificOutput: {
        readonly hookEventName: 'UserPromptExpansion';
        readonly additionalContext: string;
      };
    }
  | { readonly decision: 'block'; readonly reason: string };

/**
 * Answers the hook that runs before `/mmodel` reaches the model: with the plan to carry out, or
 * with what is wrong, in which case nothing is sent at all. The line comes as JSON, so that no
 * shell ever sees it.
 *
 * @param input what Claude Code writes to the hook's standard input
 * @returns `null`: this is somebody else's command
 */
export function answerHook(
  input: unknown,
  known: readonly AgentName[],
  { bareIsOurs, baseURL }: HookContext,
): HookAnswer | null {
  const { command_name: name, command_args: args } = (input ?? {}) as Record<string, unknown>;
  if (name !== PLUGIN_COMMAND && !(name === BARE_COMMAND && bareIsOurs)) return null;
  if (!baseURL || /^https:\/\/([^/]+\.)?anthropic\.com\b/u.test(baseURL)) {
    return { decision: 'block', reason: NO_GATEWAY };
  }
  const parsed = parseAssignments(typeof args === 'string' ? args : '', known);
  const refuse = (problems: readonly string[]): HookAnswer => ({
    decision: 'block',
    reason: explain(problems, known),
  });
  if (!parsed.ok) return refuse(parsed.problems);
  const additionalContext = planText(parsed.assignments, parsed.sequential);
  if (additionalContext === null) {
    return refuse(['These are too many tasks for one command: give them out in several.']);
  }
  return { hookSpecificOutput: { hookEventName: 'UserPromptExpansion', additionalContext } };
}

/** Problems, how it is written, and which models there are. */
export function explain(problems: readonly string[], known: readonly AgentName[]): string {
  const usable = known.filter(({ problem }) => problem === null).map(({ name }) => name);
  const models =
    usable.length > 0
      ? `Models: ${usable.join(', ')}`
      : 'There are no models yet. Add one to the configuration: cc-route init';
  return [...problems, '', USAGE, models].join('\n');
}
