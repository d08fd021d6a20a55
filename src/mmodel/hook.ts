import type { AgentName } from '../core/agent-name.ts';
import { parseAssignments } from './parse.ts';
import { planText, USAGE } from './plan.ts';

/** The name of the command as the plugin has it, and as a file of the user's own has it. */
const PLUGIN_COMMAND = 'cc-route:mmodel';
const BARE_COMMAND = 'mmodel';

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
 * @param bareIsOurs whether the user's bare `/mmodel` is the one that `cc-route plugin` made
 * @returns `null`: this is somebody else's command
 */
export function answerHook(
  input: unknown,
  known: readonly AgentName[],
  bareIsOurs: boolean,
): HookAnswer | null {
  const { command_name: name, command_args: args } = (input ?? {}) as Record<string, unknown>;
  if (name !== PLUGIN_COMMAND && !(name === BARE_COMMAND && bareIsOurs)) return null;
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
