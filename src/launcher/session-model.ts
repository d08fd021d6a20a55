import type { AgentName } from '../core/agent-name.ts';
import { findOptions } from './options.ts';
import type { Json } from './user-settings.ts';

/**
 * The model that a session starts with: `--model`, else that of the `--agent` where it is one of
 * ours, else `ANTHROPIC_MODEL`, else `model` of the settings
 * (https://code.claude.com/docs/en/model-config).
 *
 * @param sources the user's settings, the strongest last
 * @param agents the names of our subagent types
 * @returns `null`: Claude Code's own default
 */
export function sessionModel(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  sources: readonly Json[],
  agents: readonly AgentName[],
): string | null {
  const flag = findOptions(args, '--model').at(-1)?.value;
  const type = findOptions(args, '--agent').at(-1)?.value;
  const own = agents.find(({ agent, readonlyAgent }) => agent === type || readonlyAgent === type);
  const saved = sources.map((source) => source['model']).findLast((value) => Boolean(value));
  return flag || own?.name || env['ANTHROPIC_MODEL'] || (typeof saved === 'string' ? saved : null);
}
