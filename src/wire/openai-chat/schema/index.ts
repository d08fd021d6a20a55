import type { OpenAiChatCompat } from '../../../providers/spec.ts';
import { asObject, checkDepth, isObject, objects, type JsonObject } from '../../json.ts';
import { gemini } from './gemini.ts';
import { mfjs } from './mfjs.ts';
import { definitionOf, referencesOf, stringList, type Schema } from './walk.ts';

/** A chain of references at the root that is longer goes round in circles. */
const MAX_ROOT_REFERENCES = 8;

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
  const root = objectRoot(withoutRootReference(asObject(schema)));
  if (dialect === 'json-schema') return root;
  const references = referencesOf(asObject(schema));
  return dialect === 'gemini' ? gemini(root, references) : mfjs(root, references);
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

/** Generators of schemas put the whole into a definition and a reference to it at the root. */
function withoutRootReference(schema: JsonObject): JsonObject {
  const { definitions } = referencesOf(schema);
  let root = schema;
  for (let count = 0; count < MAX_ROOT_REFERENCES; count += 1) {
    const { $ref: reference, ...beside } = root;
    if (typeof reference !== 'string') return root;
    root = { ...definitionOf(reference, definitions), ...beside };
  }
  const { $ref: _endless, ...rest } = root;
  return rest;
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
