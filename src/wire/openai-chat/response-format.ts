import type { ChatResponseFormat } from './chat.ts';
import type { EncodeContext } from './context.ts';
import { asObject, checkDepth, isObject } from '../json.ts';
import { allowsStrict } from './schema/index.ts';

export interface EncodedFormat {
  readonly field: { response_format?: ChatResponseFormat };
  /** What goes into the system message where the vendor has no field for a schema. */
  readonly notes: readonly string[];
}

/**
 * `output_config.format` (or its older place, `output_format`) as the vendor asks for structured
 * output. DeepSeek and others know JSON but no schema (DeepSeek guide, "JSON Output"): the schema
 * then goes into the system message.
 */
export function responseFormat({ request, compat }: EncodeContext): EncodedFormat {
  const format = asObject(asObject(request['output_config'])['format'] ?? request['output_format']);
  const schema = format['schema'];
  if (format['type'] !== 'json_schema' || !isObject(schema)) return { field: {}, notes: [] };
  checkDepth(schema, 'output_config.format: the schema is');
  if (compat.responseFormat === 'json_schema') {
    const strict = compat.strict && allowsStrict(schema);
    return {
      field: {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'response', schema: { ...schema }, strict },
        },
      },
      notes: [],
    };
  }
  const notes = [
    `Answer with one JSON object and nothing else. It must match this JSON Schema: ${JSON.stringify(schema)}`,
  ];
  return compat.responseFormat === 'json_object'
    ? { field: { response_format: { type: 'json_object' } }, notes }
    : { field: {}, notes };
}
