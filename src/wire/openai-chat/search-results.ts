import type { JsonObject } from '../json.ts';
import type { EncodeContext } from './context.ts';
import type { MessageWriter } from './message-writer.ts';
import { readSources, sourcesInText, uniqueSources, type Source } from './sources.ts';
import { digest62 } from './tool-ids.ts';

/** More are of no use to anybody, and Claude Code puts all of them before the model. */
const MAX_SOURCES = 50;

/**
 * Turns a vendor's sources into the blocks of Anthropic's web search tool: what was searched for,
 * then what was found. They stand before the text where the sources come with its beginning, else
 * behind it; Claude Code takes both.
 */
export class SearchResults {
  readonly #id: string;
  readonly #query: string;
  readonly #writer: MessageWriter;
  #sources: Source[] = [];
  #text = '';
  #shown = false;

  constructor({ call }: EncodeContext, query: string, writer: MessageWriter) {
    this.#id = `srvtoolu_${digest62(`${call.id}:search`, 24)}`;
    this.#query = query;
    this.#writer = writer;
  }

  /** What the reply's counts say of it, as Anthropic's do. */
  get usage(): Record<string, unknown> {
    return this.#shown ? { server_tool_use: { web_search_requests: 1 } } : {};
  }

  /** Takes the sources of one chunk, before its text is read. */
  read(chunk: JsonObject, choice: JsonObject | null): void {
    const found = readSources(chunk, choice);
    if (found.length === 0) return;
    this.#sources = uniqueSources([...this.#sources, ...found]);
    if (!this.#shown && this.#writer.open === null) this.#show();
  }

  /** Takes note of text, which may be all that names the sources. */
  addText(text: string): void {
    this.#text += text;
  }

  /** All text came. An answer of nothing at all is told as a search that failed. */
  finish(): void {
    if (this.#shown) return;
    if (this.#sources.length === 0) this.#sources = sourcesInText(this.#text);
    if (this.#sources.length > 0 || this.#text.trim() === '') this.#show();
  }

  #show(): void {
    this.#shown = true;
    this.#writer.serverTool(this.#id, 'web_search', { query: this.#query });
    this.#writer.whole({
      type: 'web_search_tool_result',
      tool_use_id: this.#id,
      content:
        this.#sources.length > 0
          ? this.#sources.slice(0, MAX_SOURCES).map(resultBlock)
          : { type: 'web_search_tool_result_error', error_code: 'unavailable' },
    });
  }
}

/** What Anthropic encrypts for later turns is empty: no other provider has it. */
function resultBlock({ url, title, date }: Source): Record<string, unknown> {
  return { type: 'web_search_result', title, url, encrypted_content: '', page_age: date };
}
