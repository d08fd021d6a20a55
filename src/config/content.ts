import type { ConfigIssue } from './config-error.ts';
import { type Document, parseDocument } from './document.ts';
import { schemaIssues } from './schema-issues.ts';
import { configSchema, type FileConfig } from './schema.ts';

/** A file's content, or what is wrong with it. */
export type ContentResult =
  | { readonly ok: true; readonly content: FileConfig; readonly document: Document }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/**
 * Parses a configuration and checks it against the schema. What one key means for another is
 * checked later.
 *
 * @param presets the catalog's names
 */
export function parseContent(text: string, presets: readonly string[]): ContentResult {
  const parsed = parseDocument(text);
  if (!parsed.ok) return parsed;
  const { document } = parsed;
  const schema = configSchema(presets);
  const result = schema.safeParse(document.value);
  if (result.success) return { ok: true, content: result.data, document };
  return { ok: false, issues: schemaIssues(result.error.issues, schema, document) };
}
