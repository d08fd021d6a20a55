import { asObject, nonEmpty, objects, type JsonObject } from '../json.ts';

/** A page that an answer rests on. */
export interface Source {
  readonly url: string;
  readonly title: string;
  /** As the vendor writes it. */
  readonly date: string | null;
}

/**
 * The sources that a reply or chunk lists, wherever vendors put them: `search_results` or the older
 * `citations` (Perplexity), `web_search` (GLM), `url_citation` annotations of the message (OpenAI,
 * OpenRouter), `executed_tools` of the message (Groq's compound systems).
 */
export function readSources(reply: JsonObject, choice: JsonObject | null): Source[] {
  const message = asObject(choice?.['delta'] ?? choice?.['message']);
  const lists = [
    objects(reply['search_results']),
    objects(reply['web_search']),
    objects(message['annotations']).map((one) =>
      one['type'] === 'url_citation' ? asObject(one['url_citation'] ?? one) : {},
    ),
    objects(message['executed_tools']).flatMap((tool) =>
      objects(asObject(tool['search_results'])['results']),
    ),
  ];
  const found = lists.flat().flatMap(sourceOf);
  if (found.length > 0) return found;
  const { citations } = reply;
  const older: unknown[] = Array.isArray(citations) ? citations : [];
  return older.flatMap((one) => sourceOf(typeof one === 'string' ? { url: one } : asObject(one)));
}

function sourceOf(entry: JsonObject): Source[] {
  const url = nonEmpty(entry['url']) ?? nonEmpty(entry['link']);
  if (url === undefined || !/^https?:\/\//i.test(url)) return [];
  const title = nonEmpty(entry['title'])?.trim();
  const date = nonEmpty(entry['date']) ?? nonEmpty(entry['publish_date']) ?? null;
  return [{ url, title: title === undefined || title === '' ? hostOf(url) : title, date }];
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** `[title](address)`, with at most one level of brackets in the title. */
const MARKDOWN_LINK =
  /\[((?:[^[\]]|\[[^[\]]*\]){1,300})\]\((https?:\/\/[^\s()]+(?:\([^\s()]*\)[^\s()]*)?)\)/g;
const BARE_ADDRESS = /https?:\/\/[^\s<>"'`()[\]{}，。；）】]+/g;

/** The sources that a text names by itself, for vendors that list none. */
export function sourcesInText(text: string): Source[] {
  const linked = [...text.matchAll(MARKDOWN_LINK)].flatMap(([, title, url]) =>
    sourceOf({ url, title }),
  );
  const rest = text.replaceAll(MARKDOWN_LINK, '');
  const bare = [...rest.matchAll(BARE_ADDRESS)].flatMap(([url]) =>
    sourceOf({ url: url.replace(/[.,;:!?]+$/, '') }),
  );
  return uniqueSources([...linked, ...bare]);
}

/** Each address once, with the title that it had first. */
export function uniqueSources(sources: readonly Source[]): Source[] {
  const byAddress = new Map<string, Source>();
  for (const source of sources) if (!byAddress.has(source.url)) byAddress.set(source.url, source);
  return [...byAddress.values()];
}

/** The sources as a list at the end of an answer. */
export function sourceList(sources: readonly Source[]): string {
  if (sources.length === 0) return '';
  const lines = sources.map(({ title, url }, index) =>
    title === hostOf(url) ? `[${index + 1}] ${url}` : `[${index + 1}] ${title} ${url}`,
  );
  return `\n\nSources:\n${lines.join('\n')}`;
}
