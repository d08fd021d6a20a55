import type { ChatResponseFormat } from './chat.ts';
import type { EncodeContext } from './context.ts';
import { asObject, checkDepth, isObject, jsonText, type JsonObject } from '../json.ts';
import { allowsStrict, toolParameters } from './schema/index.ts';

export interface EncodedFormat {
  readonly field: { response_format?: ChatResponseFormat };
  /** What goes into the system message where the vendor has no field for a schema. */
  readonly notes: readonly string[];
  /** The vendor can't stream what it is asked for. */
  readonly whole: boolean;
}

/** The schema of `output_config.format`, or of its older place, `output_format`; `null`: none. */
export function requestedFormat(request: JsonObject): JsonObject | null {
  const format = asObject(asObject(request['output_config'])['format'] ?? request['output_format']);
  const schema = format['schema'];
  return format['type'] === 'json_schema' && isObject(schema) ? schema : null;
}

/**
 * Structured output as the vendor asks for it. DeepSeek and others know JSON but no schema (DeepSeek
 * guide, "JSON Output"), some know neither, or not beside tools: the schema then goes into the system
 * message. A code fence that such models put around their JSON is taken off (text-scanner.ts).
 */
export function responseFormat(
  { request, compat }: EncodeContext,
  hasTools: boolean,
): EncodedFormat {
  const schema = requestedFormat(request);
  if (schema === null) return { field: {}, notes: [], whole: false };
  checkDepth(schema, 'output_config.format: the schema is');
  const excluded = hasTools && compat.formatExcludes !== 'nothing';
  const means = excluded ? 'none' : compat.responseFormat;
  const whole = means !== 'none' && compat.formatExcludes === 'tools-and-streams';
  if (means === 'json_schema') {
    const strict = compat.strict && allowsStrict(schema);
    const dialect = compat.schemaDialect;
    const inDialect = dialect === 'json-schema' ? { ...schema } : toolParameters(schema, dialect);
    const json_schema = { name: 'response', schema: inDialect, strict };
    return { field: { response_format: { type: 'json_schema', json_schema } }, notes: [], whole };
  }
  const notes = [
    `Answer with one JSON object and nothing else. It must match this JSON Schema: ${jsonText(schema)}`,
  ];
  return means === 'json_object'
    ? { field: { response_format: { type: 'json_object' } }, notes, whole }
    : { field: {}, notes, whole };
}
