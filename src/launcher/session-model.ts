import { findOptions } from './options.ts';
import type { Json } from './user-settings.ts';

/**
 * The model that a session starts with: `--model`, else `ANTHROPIC_MODEL`, else `model` of the
 * settings (https://code.claude.com/docs/en/model-config).
 *
 * @param sources the user's settings, the strongest last
 * @returns `null`: Claude Code's own default
 */
export function sessionModel(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  sources: readonly Json[],
): string | null {
  const flag = findOptions(args, '--model').at(-1)?.value;
  const saved = sources.map((source) => source['model']).findLast((value) => Boolean(value));
  return flag || env['ANTHROPIC_MODEL'] || (typeof saved === 'string' ? saved : null);
}
