import { isObject, type JsonObject } from '../../json.ts';
import {
  inlined,
  mapProperties,
  mapSchemas,
  stringList,
  type References,
  type Schema,
} from './walk.ts';

/** Keywords that Google's function declarations don't know and answer with 400. */
const UNKNOWN = new Set([
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
const FORMATS = new Set(['enum', 'date-time']);

/** https://ai.google.dev/api/caching#Schema: a subset of OpenAPI 3.0. */
export function gemini(schema: JsonObject, references: References): Schema {
  const { $ref: reference, ...beside } = schema;
  if (typeof reference === 'string') return inlined(reference, beside, references, gemini);
  const convert = (inner: JsonObject) => gemini(inner, references);
  const result: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (UNKNOWN.has(key)) continue;
    switch (key) {
      case 'const':
        Object.assign(result, stringsOnly([value], schema['type']));
        break;
      case 'enum':
        Object.assign(result, stringsOnly(value, schema['type']));
        break;
      case 'properties':
        result[key] = mapProperties(value, convert);
        break;
      case 'format':
        if (typeof value === 'string' && FORMATS.has(value)) result[key] = value;
        break;
      case 'type':
        if (result['enum'] === undefined) Object.assign(result, typeOf(value));
        break;
      case 'oneOf':
        result['anyOf'] = mapSchemas(value, convert);
        break;
      default:
        result[key] = mapSchemas(value, convert);
    }
  }
  return tidied(result);
}

/** "enum: only allowed for STRING type" (decolua/9router#359): of other types there is none. */
function stringsOnly(values: unknown, type: unknown): Schema {
  const strings = stringList(values);
  const others = type !== undefined && type !== 'string' && !stringList(type).includes('string');
  if (others || strings.length === 0) return {};
  const nullable = stringList(type).includes('null') || (values as unknown[]).includes(null);
  return { type: 'string', enum: strings, ...(nullable ? { nullable: true } : {}) };
}

function typeOf(value: unknown): Schema {
  if (!Array.isArray(value)) return { type: value };
  const types = value.filter((one) => one !== 'null');
  const nullable = types.length < value.length ? { nullable: true } : {};
  return types.length <= 1
    ? { type: types[0] ?? 'string', ...nullable }
    : { anyOf: types.map((type) => ({ type })), ...nullable };
}

/** "required[0]: property is not defined" and "items: missing field" are 400s too. */
function tidied(schema: Schema): Schema {
  const { required, properties, items } = schema;
  if (required !== undefined) {
    const known = stringList(required).filter((name) => isObject(properties) && name in properties);
    if (known.length > 0) schema['required'] = known;
    else delete schema['required'];
  }
  if (schema['type'] === 'array' && !isObject(items)) {
    const first: unknown = Array.isArray(items) ? items[0] : undefined;
    schema['items'] = isObject(first) ? first : { type: 'string' };
  }
  return schema;
}
