/** How Claude Code's first system line begins. */
export const ATTRIBUTION = 'x-anthropic-billing-header:';

/**
 * Claude Code's first system line is for Anthropic's billing. Others would take it for a part of
 * the prompt, and where it changes from request to request it defeats their prefix caches
 * (farion1231/cc-switch#2350). Only the line itself goes, with one empty line after it.
 */
export function withoutAttribution(text: string): string {
  if (!text.startsWith(ATTRIBUTION)) return text;
  const end = text.indexOf('\n');
  return end === -1 ? '' : text.slice(end + 1).replace(/^\r?\n/, '');
}
