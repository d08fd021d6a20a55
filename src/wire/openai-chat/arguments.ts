import { isObject, type JsonObject } from '../json.ts';

/**
 * A tool call's arguments as an object. They come as JSON text, as text of JSON text, as an object,
 * or empty. What can't be read becomes an empty object, which the tool then rejects with a message
 * for the model; text that was cut off is never completed by guessing, because it would be executed.
 */
export function parseArguments(text: string): JsonObject {
  if (text.trim() === '') return {};
  const value = parse(text) ?? parse(repaired(text));
  const inner = typeof value === 'string' ? parse(value) : value;
  return isObject(inner) ? inner : {};
}

/** Whether the text is a whole object. An empty one may be a first sketch that more will follow. */
export function isCompleteObject(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false;
  const value = parse(text);
  return isObject(value) && Object.keys(value).length > 0;
}

/** Arguments in the form that deltas have: JSON text, once encoded. */
export function argumentText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Escapes line ends and tabs inside of strings, and drops commas before a closing bracket. */
function repaired(text: string): string {
  let result = '';
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString && char === '\\') {
      result += char + text.charAt(at + 1);
      at += 1;
    } else if (char === '"') {
      inString = !inString;
      result += char;
    } else if (inString && char < ' ') {
      result += JSON.stringify(char).slice(1, -1);
    } else if (!inString && char === ',' && /^\s*[}\]]/.test(text.slice(at + 1, at + 100))) {
      continue;
    } else result += char;
  }
  return result;
}

/** Whether the end of the text stands inside of a JSON string. */
export function endsInString(text: string): boolean {
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\' && inString) at += 1;
    else if (char === '"') inString = !inString;
  }
  return inString;
}
