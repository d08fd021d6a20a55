import { asObject, isObject, type JsonObject } from '../../json.ts';
import { JsonMender } from '../json-mender.ts';

/** A JSON object in a text from a position on. */
export interface FoundObject {
  readonly value: JsonObject;
  /** The position behind it. */
  readonly end: number;
}

/**
 * The object that begins at the position: up to its own end, or, where its quotation marks don't add
 * up, up to a closing mark. `null` where it has no end: nothing is completed by guessing.
 */
export function objectAt(text: string, from: number, closer?: string): FoundObject | null {
  const at = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
  if (text.charAt(at) !== '{') return null;
  const end = objectEnd(text, at);
  const value = end === -1 ? null : readObject(text.slice(at, end));
  if (value !== null) return { value, end };
  const closed = closer === undefined ? -1 : text.indexOf(closer, at);
  const mended = closed === -1 ? null : readObject(text.slice(at, closed));
  return mended === null ? null : { value: mended, end: closed };
}

/** Where the brackets of an object are balanced; -1: nowhere. */
function objectEnd(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** A whole object, mended where needed. */
export function readObject(text: string): JsonObject | null {
  const mender = new JsonMender();
  const mended = mender.push(text) + mender.end();
  try {
    const value: unknown = JSON.parse(mended);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * A parameter that was written as plain text, as its schema wants it. A text stays a text, also one
 * that looks like a number; anything else is read as JSON, or as Python writes it.
 */
export function parameterValue(text: string, schema: unknown): unknown {
  const { type, enum: values, anyOf, oneOf } = asObject(schema);
  const choices: unknown[] = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
  const types = [type, ...choices.map((one) => asObject(one)['type'])].flat();
  const mayBeText = types.includes('string') || types.every((one) => one === undefined);
  if (mayBeText || (Array.isArray(values) && values.includes(text))) return text;
  const plain = text.trim();
  try {
    return JSON.parse(plain);
  } catch {
    const word: unknown = PYTHON[plain];
    return word === undefined ? (readObject(plain) ?? text) : word;
  }
}

const PYTHON: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };
