import type { Json } from './vendor.ts';

/**
 * Moonshot's flavoured JSON Schema as its validator judges it: the rules of
 * https://github.com/MoonshotAI/walle, `docs/validation-principles.md`, with those that an older
 * server still has (section 8 there).
 */

const TYPES = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']);
const BESIDE_CHOICE = new Set(['description', 'title', 'anyOf', '$ref', '$defs', '$id', 'default']);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with a function's parameters, in the validator's words; `null`: nothing. */
export function mfjsProblem(schema: unknown): string | null {
  if (!isObject(schema) || schema['type'] !== 'object') {
    return 'At path \'root\': tools.function.parameters.type is required and must be "object"';
  }
  return problemAt(schema, 'root', isObject(schema['$defs']) ? schema['$defs'] : {});
}

function problemAt(schema: Json, path: string, definitions: Json): string | null {
  const found = ownProblem(schema, path, definitions);
  if (found !== null) return `At path '${path}': ${found}`;
  for (const [key, inner] of subschemas(schema)) {
    const problem = problemAt(inner, path === 'root' ? key : `${path}.${key}`, definitions);
    if (problem !== null) return problem;
  }
  return null;
}

function* subschemas(schema: Json): Generator<[string, Json]> {
  for (const group of ['properties', '$defs']) {
    for (const [name, inner] of Object.entries((schema[group] ?? {}) as Json)) {
      yield [`${group}.${name}`, inner as Json];
    }
  }
  if (isObject(schema['items'])) yield ['items', schema['items']];
  if (isObject(schema['additionalProperties'])) {
    yield ['additionalProperties', schema['additionalProperties']];
  }
  for (const [index, inner] of ((schema['anyOf'] ?? []) as unknown[]).entries()) {
    if (isObject(inner)) yield [`anyOf.${index}`, inner];
  }
}

function ownProblem(schema: Json, path: string, definitions: Json): string | null {
  const { type, properties, required, enum: values, items, anyOf, description } = schema;
  const reference = schema['$ref'];
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (Array.isArray(type) && type.length === 0) return 'type array cannot be empty';
  if (types.some((one) => !TYPES.has(String(one)))) return 'invalid type';
  if (properties !== undefined) {
    if (!isObject(properties)) return 'properties must be an object';
    const odd = Object.entries(properties).find(([, inner]) => !isObject(inner));
    if (odd !== undefined) return `property schema for '${odd[0]}' must be an object`;
  }
  if (required !== undefined) {
    if (!Array.isArray(required)) return 'required must be an array';
    const known = isObject(properties) ? properties : {};
    const unknown = required.find((name) => !(String(name) in known));
    if (unknown !== undefined) return `required property '${String(unknown)}' is not defined`;
  }
  if (values !== undefined) {
    if (!Array.isArray(values) || values.length === 0) return 'enum array cannot be empty';
    const kinds = new Set(values.map((value) => typeof value));
    if (kinds.size > 1 || !['string', 'number'].includes([...kinds][0] ?? '')) {
      return 'enum values must be of one type, string or number';
    }
  }
  if (items !== undefined && !isObject(items)) return 'items must be an object';
  if (description !== undefined && typeof description !== 'string') {
    return 'description must be a string';
  }
  const more = schema['additionalProperties'];
  if (more !== undefined && typeof more !== 'boolean' && !isObject(more)) {
    return 'additionalProperties must be a boolean or an object';
  }
  if (path !== 'root' && schema['$defs'] !== undefined) return '$defs must be at the root';
  if (anyOf !== undefined) {
    if (!Array.isArray(anyOf) || anyOf.length === 0) return 'anyOf must have 1-500 items';
    if (type !== undefined) {
      return 'when using anyOf, type should be defined in anyOf items instead of the parent schema';
    }
  }
  if (reference !== undefined) {
    if (typeof reference !== 'string') return '$ref must be a string';
    if (!reference.startsWith('#/$defs/')) return 'references must start with #/$defs/';
    if (definitions[reference.slice('#/$defs/'.length)] === undefined) {
      return `invalid $ref path: ${reference}`;
    }
    if ('description' in schema) {
      return 'conflicting keywords found after $ref expansion: description';
    }
  }
  const choice = anyOf !== undefined || reference !== undefined;
  const beside = Object.keys(schema).find((key) => !BESIDE_CHOICE.has(key));
  return choice && beside !== undefined ? `${beside} is not allowed beside anyOf or $ref` : null;
}
