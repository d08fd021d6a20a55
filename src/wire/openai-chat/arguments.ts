import { isObject, type JsonObject } from '../json.ts';

/**
 * A tool call's arguments as an object, once they have passed the mender. What still can't be read
 * becomes an empty object, which the tool then rejects with a message for the model; text that was
 * cut off is never completed by guessing, because it would be executed.
 */
export function parseArguments(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Arguments in the form that deltas have: JSON text, once encoded. */
export function argumentText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
