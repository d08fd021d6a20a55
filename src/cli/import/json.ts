/** Somebody else's JSON: read field by field, and never trusted. */
export type Json = Readonly<Record<string, unknown>>;

export const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const asText = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

export const asCount = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;

/** The object in a text; comments, single quotes and bare names are fine, as in JSON5. */
export function parseJson5(text: string, file: string): Json {
  let value: unknown;
  try {
    value = Bun.JSON5.parse(text);
  } catch {
    throw new Error(`${file} is no valid JSON; the other program can't read it either`);
  }
  return asObject(value);
}
