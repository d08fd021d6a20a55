import type { z } from 'zod';
import { type ConfigIssue, formatPath, type KeyPath } from './config-error.ts';
import type { Anchor, Document } from './document.ts';
import { quoted, suggestion } from './hints.ts';
import { knownKeys, sectionsWith } from './schema-keys.ts';

type SchemaIssue = z.core.$ZodIssue;

const EXPECTED: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object { … }',
  record: 'an object { … }',
  string: 'a string',
};

/** Other programs' names for our keys. */
const SYNONYMS: Record<string, string> = {
  'api-key': 'authToken',
  api_base: 'baseURL',
  api_key: 'authToken',
  apikey: 'authToken',
  endpoint: 'baseURL',
  key: 'authToken',
  models: 'modelRoutes',
  provider: 'preset',
  routes: 'modelRoutes',
  token: 'authToken',
  url: 'baseURL',
};

/**
 * Says in the words of the configuration what the schema found, with the place in the file; for
 * each place the first problem only.
 */
export function schemaIssues(
  found: readonly SchemaIssue[],
  schema: z.ZodType,
  document: Document,
): ConfigIssue[] {
  const issues = found.flatMap((issue) => translate(issue, [], schema, document));
  return issues.filter(({ path }, index) => issues.findIndex((one) => one.path === path) === index);
}

function translate(
  issue: SchemaIssue,
  parent: KeyPath,
  schema: z.ZodType,
  document: Document,
): ConfigIssue[] {
  const path = [...parent, ...issue.path.map((part) => (typeof part === 'symbol' ? '' : part))];
  const at = (where: KeyPath, message: string, anchor: Anchor = 'value'): ConfigIssue => ({
    path: formatPath(where),
    message,
    ...document.locate(where, anchor),
  });
  const kind = document.kindAt(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        at([...path, key], `unknown key${keyHint(key, path, schema)}`, 'key'),
      );
    case 'invalid_type': {
      if (kind === undefined) return [at(path, 'is required')];
      const wanted = EXPECTED[issue.expected] ?? issue.expected;
      const fraction = issue.expected === 'int' && kind === 'a number';
      return [at(path, `expected ${wanted}, found ${fraction ? 'another number' : kind}`)];
    }
    case 'invalid_union': {
      const inner = issue.errors.filter((branch) => !rejectsKind(branch));
      const [only] = inner;
      if (only !== undefined && inner.length === 1) {
        return only.flatMap((nested) => translate(nested, path, schema, document));
      }
      return [at(path, `expected ${issue.message}, found ${kind ?? 'nothing'}`)];
    }
    case 'invalid_value':
      return [at(path, unknownValue(issue.values, valueAt(document.value, path), path, kind))];
    case 'invalid_key':
      return issue.issues.map((nested) => at(path, `this name ${nested.message}`, 'key'));
    case 'too_small':
      return [at(path, limit(issue.message, 'least', issue.minimum, issue.origin))];
    case 'too_big':
      return [at(path, limit(issue.message, 'most', issue.maximum, issue.origin))];
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
      break;
  }
  return [at(path, issue.message)];
}

/** Whether a union's branch wants another kind of value altogether. */
const rejectsKind = (branch: readonly SchemaIssue[]): boolean =>
  branch.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0);

function keyHint(key: string, path: KeyPath, schema: z.ZodType): string {
  const known = knownKeys(schema, path);
  const synonym = SYNONYMS[key.toLowerCase()];
  if (synonym !== undefined && known.includes(synonym)) return `; did you mean "${synonym}"?`;
  const near = suggestion(key, known);
  if (near !== '') return near;
  const [section] = path.length === 0 ? sectionsWith(schema, key) : [];
  if (section !== undefined) return `; it belongs into "${section}"`;
  return `; known here: ${known.filter((name) => name !== '$schema').join(', ')}`;
}

function unknownValue(
  values: readonly unknown[],
  value: unknown,
  path: KeyPath,
  kind: string | undefined,
): string {
  const names = values.map(String);
  if (typeof value !== 'string') {
    return `expected a string, found ${kind ?? 'nothing'}`;
  }
  const what = path.at(-1) === 'preset' ? 'preset' : 'value';
  const hint = suggestion(value, names) || `; expected one of ${names.join(', ')}`;
  return `unknown ${what}${quoted(value)}${hint}`;
}

/** Own messages of the schema stay; the library's own ones are rewritten. */
function limit(message: string, side: 'least' | 'most', bound: unknown, origin: string): string {
  const own = !/^Too (?:small|big)/.test(message);
  return own || origin === 'string' ? message : `must be at ${side} ${String(bound)}`;
}

function valueAt(value: unknown, path: KeyPath): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
}
