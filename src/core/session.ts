import { memberOf } from './body-scan.ts';
import type { Call } from './call.ts';

/** Longer ones are cut: they are names, kept for each request. */
const MAX_ID_CHARS = 128;

/**
 * Which conversation a call belongs to; `null`: it doesn't say. Claude Code sends a header, and
 * before it did, it wrote the session into `metadata.user_id`; of other clients that id is taken
 * as it is.
 */
export function sessionOf(call: Pick<Call, 'headers' | 'body' | 'members'>): string | null {
  const header = call.headers.get('x-claude-code-session-id');
  if (header !== null && header !== '') return header.slice(0, MAX_ID_CHARS);
  const text = memberOf(call, 'metadata');
  const id = text === null ? undefined : member(text, 'user_id');
  if (id === undefined) return null;
  const session = member(id, 'session_id') ?? /_session_([\w-]+)$/.exec(id)?.[1] ?? id;
  return session.slice(0, MAX_ID_CHARS);
}

/** Which subagent of a session made a call; `null`: the main conversation. */
export function agentOf({ headers }: Pick<Call, 'headers'>): string | null {
  return headers.get('x-claude-code-agent-id')?.slice(0, MAX_ID_CHARS) || null;
}

/** A text that stands in a JSON object; an empty one doesn't count. */
function member(json: string, name: string): string | undefined {
  try {
    const value: unknown = (Object(JSON.parse(json)) as Record<string, unknown>)[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}
