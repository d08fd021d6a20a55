import type { OpenAiChatCompat } from '../../providers/spec.ts';
import { asObject, checkDepth, isObject, objects, type JsonObject } from '../json.ts';

type Schema = Record<string, unknown>;

/**
 * A tool's input schema as function parameters: an object at the root with `properties`, without
 * `$schema`, and without a choice at the root, which OpenAI rejects ("schema must have type
 * 'object' and not have 'oneOf'/'anyOf'/'allOf' … at the top level").
 *
 * @throws GatewayError `malformed_request` where the schema is nested too deeply.
 */
export function toolParameters(
  schema: unknown,
  dialect: OpenAiChatCompat['schemaDialect'],
): Record<string, unknown> {
  checkDepth(schema, 'tools: an input_schema is');
  const root = objectRoot(asObject(schema));
  if (dialect === 'gemini') {
    const definitions = asObject(root['$defs'] ?? root['definitions']);
    return gemini(root, { definitions, open: [], left: MAX_REFERENCES });
  }
  if (dialect === 'mfjs') return mfjs(root);
  return root;
}

/** Whether OpenAI's strict mode takes the schema: closed objects with all properties required. */
export function allowsStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(allowsStrict);
  if (!isObject(schema)) return true;
  const properties = schema['properties'];
  if (isObject(properties) || schema['type'] === 'object') {
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    const names = Object.keys(asObject(properties));
    if (schema['additionalProperties'] !== false) return false;
    if (!names.every((name) => required.includes(name))) return false;
  }
  return Object.values(schema).every(allowsStrict);
}

/** Parts that all hold are joined; of a choice, every property may occur and few are required. */
function objectRoot(schema: JsonObject): Schema {
  const { $schema: _dialect, anyOf, oneOf, allOf, ...rest } = schema;
  const parts = objects(allOf);
  const choices = [...objects(anyOf), ...objects(oneOf)].filter((one) =>
    isObject(one['properties']),
  );
  const properties: Schema = {};
  for (const part of [...choices, ...parts, rest]) {
    Object.assign(properties, asObject(part['properties']));
  }
  const required = new Set([rest, ...parts].flatMap((part) => stringList(part['required'])));
  for (const name of requiredByAll(choices)) required.add(name);
  const result: Schema = Object.assign({}, ...parts, rest);
  delete result['required'];
  if (required.size > 0 || Array.isArray(rest['required'])) result['required'] = [...required];
  return { ...result, type: 'object', properties };
}

function requiredByAll(choices: readonly JsonObject[]): string[] {
  const [first, ...more] = choices.map((choice) => stringList(choice['required']));
  return (first ?? []).filter((name) => more.every((names) => names.includes(name)));
}

/** Keywords that Google's function declarations don't know and answer with 400. */
const UNKNOWN_TO_GEMINI = new Set([
  '$schema',
  '$id',
  '$defs',
  'definitions',
  '$comment',
  'additionalProperties',
  'default',
  'examples',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'propertyNames',
  'patternProperties',
  'unevaluatedProperties',
  'dependentRequired',
  'dependentSchemas',
  'if',
  'then',
  'else',
  'not',
  'contentEncoding',
  'contentMediaType',
]);
const GEMINI_FORMATS = new Set(['enum', 'date-time']);
/** How many references of one schema are written out; more would be a trap. */
const MAX_REFERENCES = 256;

interface References {
  readonly definitions: JsonObject;
  /** Those that are being written out: one inside of itself is cut off. */
  readonly open: readonly string[];
  left: number;
}

/** https://ai.google.dev/api/caching#Schema: a subset of OpenAPI 3.0. */
function gemini(schema: JsonObject, references: References): Schema {
  const { $ref: reference, ...beside } = schema;
  if (typeof reference === 'string') return inlined(reference, beside, references);
  const result: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (UNKNOWN_TO_GEMINI.has(key)) continue;
    if (key === 'const') result['enum'] = [value];
    else if (key === 'properties') {
      result[key] = mapValues(asObject(value), (inner) => gemini(inner, references));
    } else if (key === 'format') {
      if (typeof value === 'string' && GEMINI_FORMATS.has(value)) result[key] = value;
    } else if (key === 'type' && Array.isArray(value)) {
      const types = value.filter((one) => one !== 'null');
      if (types.length < value.length) result['nullable'] = true;
      if (types.length <= 1) result['type'] = types[0] ?? 'string';
      else result['anyOf'] = types.map((type) => ({ type }));
    } else {
      result[key === 'oneOf' ? 'anyOf' : key] = mapSchemas(value, (inner) =>
        gemini(inner, references),
      );
    }
  }
  return result;
}

function inlined(reference: string, beside: Schema, references: References): Schema {
  const target = references.definitions[reference.slice(reference.lastIndexOf('/') + 1)];
  references.left -= 1;
  if (!isObject(target) || references.left < 0 || references.open.includes(reference)) {
    return { type: 'object' };
  }
  const inner: References = {
    ...references,
    open: [...references.open, reference],
  };
  const result = gemini({ ...target, ...beside }, inner);
  references.left = inner.left;
  return result;
}

/** Moonshot's flavour: tuples as `prefixItems`, and no `type` beside an `anyOf`. */
function mfjs(schema: JsonObject): Schema {
  const result: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') result[key] = mapValues(asObject(value), mfjs);
    else if (key === 'items' && Array.isArray(value)) {
      result['prefixItems'] = mapSchemas(value, mfjs);
    } else result[key] = mapSchemas(value, mfjs);
  }
  const { type, anyOf, ...rest } = result;
  if (type === undefined || !Array.isArray(anyOf)) return result;
  const branches = anyOf.map((branch: unknown) =>
    isObject(branch) ? Object.assign({ type }, branch) : branch,
  );
  return { ...rest, anyOf: branches };
}

function mapSchemas(value: unknown, map: (schema: JsonObject) => Schema): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => (isObject(one) ? map(one) : one));
  return isObject(value) ? map(value) : value;
}

function mapValues(value: JsonObject, map: (schema: JsonObject) => Schema): Schema {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isObject(inner) ? map(inner) : inner]),
  );
}

function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
