/** Keys whose texts say what something is, not what somebody said: they are part of the protocol. */
const KEPT = new Set([
  'type',
  'role',
  'model',
  'effort',
  'display',
  'media_type',
  'stop_reason',
  'ttl',
  'citations',
]);

/** Keys of objects whose own keys are chosen by people: only their number is told. */
const FREE_FORM = new Set(['input', 'input_schema', 'properties', 'schema', 'metadata']);

/** Deeper ones are cut; no request of a real client is. */
const MAX_DEPTH = 40;

/** The protocol's words are short and plain. */
const WORD = /^[a-z][a-z0-9_.\-/]{0,60}$/iu;

/**
 * A request or an answer without what was said in it: its structure, its numbers and its switches,
 * and of each text only how long it was. Names of tools go as well; several come from their users.
 */
export function outline(value: unknown, key = '', depth = 0): unknown {
  if (typeof value === 'string') {
    const isWord = KEPT.has(key) && WORD.test(value);
    return isWord ? value : `(${value.length} characters)`;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '(cut)';
  if (Array.isArray(value)) return value.map((one: unknown) => outline(one, key, depth + 1));
  const entries = Object.entries(value);
  if (FREE_FORM.has(key)) return `(${entries.length} keys)`;
  return Object.fromEntries(entries.map(([name, one]) => [name, outline(one, name, depth + 1)]));
}
