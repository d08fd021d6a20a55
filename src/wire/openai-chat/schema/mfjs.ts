import { isObject, objects, type JsonObject } from '../../json.ts';
import {
  inlined,
  mapProperties,
  mapSchemas,
  stringList,
  type References,
  type Schema,
} from './walk.ts';

/** Keywords that stay beside a choice: they constrain nothing. */
const ANNOTATIONS = ['description', 'title', 'default'] as const;
const SUBSCHEMAS = ['properties', 'items', 'additionalProperties'] as const;
/** Meta keywords; definitions are written out where they are used. */
const LEFT_OUT = new Set(['$schema', '$id', '$comment', '$defs', 'definitions']);

/**
 * Moonshot's flavoured JSON Schema (https://github.com/MoonshotAI/walle, `docs/mfjs-spec.md` and
 * `docs/validation-principles.md`): no keyword beside a choice or a reference, schemas that are
 * objects, one kind of values in an `enum`. Rules that the vendor's newer servers no longer have are
 * kept to as well. Keywords that it doesn't know are accepted and stay, for the model to read.
 */
export function mfjs(schema: JsonObject, references: References): Schema {
  const { $ref: reference, ...beside } = schema;
  if (typeof reference === 'string') return inlined(reference, beside, references, mfjs);
  const { anyOf, oneOf, allOf, ...plain } = schema;
  const parts = objects(allOf);
  if (parts.length > 0) {
    const rest = { ...beside };
    delete rest['allOf'];
    return mfjs(parts.reduce(joined, rest), references);
  }
  const choices = [...objects(anyOf), ...objects(oneOf)];
  if (choices.length === 0) return converted(plain, references);
  const annotations = Object.fromEntries(
    ANNOTATIONS.flatMap((key) => (plain[key] === undefined ? [] : [[key, plain[key]]])),
  );
  const constraints = Object.fromEntries(
    Object.entries(plain).filter(([key]) => !(key in annotations)),
  );
  // Schemas within would be written out for each branch, and within those again.
  if (SUBSCHEMAS.some((key) => key in constraints)) references.left -= choices.length;
  if (references.left < 0) return converted(plain, references);
  const branches = choices.map((choice) => mfjs(joined(constraints, choice), references));
  return { ...textOnly(annotations), anyOf: branches };
}

/** Both schemas at once; where they contradict each other, the second one's. */
function joined(first: JsonObject, second: JsonObject): JsonObject {
  const both: Schema = { ...first, ...second };
  if (isObject(first['properties']) && isObject(second['properties'])) {
    both['properties'] = { ...first['properties'], ...second['properties'] };
  }
  const required = [...stringList(first['required']), ...stringList(second['required'])];
  if (required.length > 0) both['required'] = [...new Set(required)];
  return both;
}

function converted(schema: JsonObject, references: References): Schema {
  const convert = (inner: JsonObject) => mfjs(inner, references);
  const result: Schema = {};
  for (const [key, value] of Object.entries(textOnly(schema))) {
    if (LEFT_OUT.has(key)) continue;
    switch (key) {
      case 'properties':
        result[key] = mapProperties(value, convert);
        break;
      case 'items':
        if (isObject(value)) result[key] = convert(value);
        else if (Array.isArray(value)) result['prefixItems'] = mapSchemas(value, convert);
        break;
      case 'additionalProperties':
        if (typeof value === 'boolean') result[key] = value;
        else if (isObject(value)) result[key] = convert(value);
        break;
      case 'const':
        Object.assign(result, valuesOf([value]));
        break;
      case 'enum':
        Object.assign(result, valuesOf(value));
        break;
      case 'required':
        break;
      default:
        result[key] = mapSchemas(value, convert);
    }
  }
  const properties = isObject(result['properties']) ? result['properties'] : {};
  const required = stringList(schema['required']).filter((name) => name in properties);
  if (required.length > 0) result['required'] = required;
  return result;
}

/** An `enum` has values of one type, strings or numbers. */
function valuesOf(values: unknown): Schema {
  const all: unknown[] = Array.isArray(values) ? values : [];
  const kind = all.some((value) => typeof value === 'string') ? 'string' : 'number';
  const fitting = all.filter((value) => typeof value === kind);
  return fitting.length > 0 ? { enum: fitting } : {};
}

/** A description that is no text is rejected. */
function textOnly(schema: JsonObject): JsonObject {
  if (schema['description'] === undefined || typeof schema['description'] === 'string') {
    return schema;
  }
  const { description: _, ...rest } = schema;
  return rest;
}
