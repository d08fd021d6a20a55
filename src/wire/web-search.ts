import { mentions } from '../lib/bytes.ts';
import { acceptsClientCredential, type Target } from '../providers/target.ts';
import { asObject, nonEmpty, objects, type JsonObject } from './json.ts';

/** A web search that a request asks for by Anthropic's server tool (API docs, "Web search tool"). */
export interface WebSearch {
  /** What is searched for, as far as the request tells. */
  readonly query: string;
  readonly allowedDomains: readonly string[];
  readonly blockedDomains: readonly string[];
  /** `city`, `region`, `country`, `timezone`. */
  readonly location: JsonObject;
  /** No other tool is there: Claude Code's WebSearch asks in a request of its own. */
  readonly alone: boolean;
}

/** Claude Code's words in front of the query. */
const PREAMBLE = /^Perform a web search for the query:\s*/;
const MAX_QUERY_CHARS = 1000;

/** The web search that a request asks for; `null` where it asks for none. */
export function requestedSearch(request: JsonObject): WebSearch | null {
  const tools = objects(request['tools']);
  const tool = tools.find(isWebSearch);
  if (tool === undefined) return null;
  return {
    query: lastPrompt(request).replace(PREAMBLE, '').trim().slice(0, MAX_QUERY_CHARS),
    allowedDomains: strings(tool['allowed_domains']),
    blockedDomains: strings(tool['blocked_domains']),
    location: asObject(tool['user_location']),
    alone: tools.every(isWebSearch),
  };
}

/** Whether a body may ask for a web search: spares the others from being parsed. */
export const mentionsSearch = mentions('"web_search_2');

/**
 * Whether a target can search the web; `null` where nobody knows: services that speak Anthropic's
 * format get the tool as it is.
 */
export function canSearch(target: Target): boolean | null {
  const { compat, provider, baseURL, wire } = target;
  if (wire === 'openai-chat') return compat.webSearch !== 'none';
  if (acceptsClientCredential(provider, baseURL)) return true;
  return compat.serverTools ? null : false;
}

function isWebSearch(tool: JsonObject): boolean {
  return nonEmpty(tool['type'])?.startsWith('web_search_') === true;
}

function lastPrompt({ messages }: JsonObject): string {
  const last = objects(messages).findLast((message) => message['role'] === 'user');
  const content = last?.['content'];
  if (typeof content === 'string') return content;
  const texts = objects(content).map((block) => nonEmpty(block['text']) ?? '');
  return texts.findLast((text) => text !== '' && !text.startsWith('<system-reminder>')) ?? '';
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string' && one !== '') : [];
}
