import { isObject, type JsonObject } from '../../json.ts';

export type Schema = Record<string, unknown>;

/** How often parts of one schema are written out again; more would be a trap. */
const MAX_REFERENCES = 256;

/** The definitions that a schema's references lead to, for dialects without references. */
export interface References {
  readonly definitions: JsonObject;
  /** Those that are being written out: one inside of itself is cut off. */
  readonly open: readonly string[];
  left: number;
}

export function referencesOf(root: JsonObject): References {
  const definitions = { ...asSchemas(root['definitions']), ...asSchemas(root['$defs']) };
  return { definitions, open: [], left: MAX_REFERENCES };
}

function asSchemas(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The definition that a reference leads to; only those of the same schema can be found. */
export function definitionOf(reference: string, definitions: JsonObject): JsonObject | null {
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
  if (name === undefined) return null;
  // RFC 6901, section 3.
  const target = definitions[name.replaceAll('~1', '/').replaceAll('~0', '~')];
  return isObject(target) ? target : null;
}

/** The definition in place of a reference, converted, with what stood beside the reference. */
export function inlined(
  reference: string,
  beside: JsonObject,
  references: References,
  convert: (schema: JsonObject, references: References) => Schema,
): Schema {
  const target = definitionOf(reference, references.definitions);
  references.left -= 1;
  if (target === null || references.left < 0 || references.open.includes(reference)) {
    return { type: 'object' };
  }
  const inner: References = { ...references, open: [...references.open, reference] };
  const result = convert({ ...target, ...beside }, inner);
  references.left = inner.left;
  return result;
}

/** Converts the schemas in a value: one, or a list. Anything else stays. */
export function mapSchemas(value: unknown, map: (schema: JsonObject) => Schema): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => (isObject(one) ? map(one) : one));
  return isObject(value) ? map(value) : value;
}

/** Converts named schemas. One that is no object, such as `true`, allows anything: `{}`. */
export function mapProperties(value: unknown, map: (schema: JsonObject) => Schema): Schema {
  return Object.fromEntries(
    Object.entries(asSchemas(value)).map(([key, inner]) => [
      key,
      isObject(inner) ? map(inner) : {},
    ]),
  );
}

export function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
