import { asObject, nonEmpty, objects, type JsonObject } from '../json.ts';

/**
 * The sources of an answer as text: `search_results`, or the older `citations` (Perplexity API
 * reference). Every chunk repeats them; the last ones count.
 */
export function citationText(reply: JsonObject): string {
  const results = objects(reply['search_results']).map((one) =>
    [nonEmpty(one['title']), nonEmpty(one['url'])].filter((part) => part !== undefined).join(' '),
  );
  const citations = Array.isArray(reply['citations']) ? reply['citations'] : [];
  const urls = citations.map((one: unknown) =>
    typeof one === 'string' ? one : (nonEmpty(asObject(one)['url']) ?? ''),
  );
  const lines = results.length > 0 ? results : urls;
  if (lines.length === 0) return '';
  return `\n\nSources:\n${lines.map((line, index) => `[${index + 1}] ${line}`).join('\n')}`;
}
