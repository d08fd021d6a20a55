import { mentions } from '../../lib/bytes.ts';
import type { Adaptation } from './adaptation.ts';
import { addSystemNote } from './blocks.ts';

const mentionsOutputFormat = mentions('"output_config"', '"output_format"');

/** Structured output for a model that has no field for it: the schema is told in the prompt. */
export const outputFormat: Adaptation = {
  concerns: (body, { target }) => !target.compat.outputFormat && mentionsOutputFormat(body),

  apply(root) {
    const config = root.get('output_config');
    const format = config?.get('format') ?? root.get('output_format');
    if (config?.delete('format') === true && config.keys().length === 0) {
      root.delete('output_config');
    }
    root.delete('output_format');
    const schema = format?.get('schema');
    if (schema?.isObject !== true) return;
    addSystemNote(
      root,
      `Answer with one JSON object and nothing else. It must match this JSON Schema: ${schema.bytes().toString('utf8')}`,
    );
  },
};
