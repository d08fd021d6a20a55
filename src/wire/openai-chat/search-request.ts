import type { OpenAiChatCompat } from '../../providers/spec.ts';
import { asNumber, asObject, isObject, nonEmpty, objects, type JsonObject } from '../json.ts';
import type { WebSearch } from '../web-search.ts';
import type { BuiltInTool, ChatRequest } from './chat.ts';

/** The tool that the gateway itself answers: by giving its arguments back. */
const BUILTIN_SEARCH = '$web_search';
/** Rounds of searching, as Claude Code allows them. */
const MAX_ROUNDS = 8;

/** What a request for a web search carries besides. */
export interface SearchRequest {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly tools: readonly BuiltInTool[];
}

const NOTHING: SearchRequest = { fields: {}, tools: [] };

/** A web search in the vendor's way; what a vendor has no word for is left out. */
export function searchRequest(search: WebSearch | null, compat: OpenAiChatCompat): SearchRequest {
  if (search === null) return NOTHING;
  const { allowedDomains: allowed, blockedDomains: blocked, location, query } = search;
  const filters = {
    ...(allowed.length > 0 ? { include_domains: allowed } : {}),
    ...(blocked.length > 0 ? { exclude_domains: blocked } : {}),
  };
  switch (compat.webSearch) {
    case 'plugin':
      return { ...NOTHING, fields: { plugins: [{ id: 'web', ...filters }] } };
    case 'web_search_options':
      return { ...NOTHING, fields: { web_search_options: locationFields(location) } };
    case 'search_domain_filter': {
      // One list for both: a minus takes a domain out.
      const domains = [...allowed, ...blocked.map((domain) => `-${domain}`)];
      return domains.length === 0
        ? NOTHING
        : { ...NOTHING, fields: { search_domain_filter: domains.slice(0, 20) } };
    }
    case 'search_settings':
      return Object.keys(filters).length === 0
        ? NOTHING
        : { ...NOTHING, fields: { search_settings: filters } };
    case 'enable_search':
      return {
        ...NOTHING,
        fields: { enable_search: true, search_options: { forced_search: true } },
      };
    case 'web_search_tool': {
      const [domain] = allowed;
      const options = {
        enable: true,
        search_engine: compat.searchEngine,
        search_result: true,
        ...(search.alone && query !== '' ? { search_query: query } : {}),
        ...(domain === undefined ? {} : { search_domain_filter: domain }),
      };
      return { ...NOTHING, tools: [{ type: 'web_search', web_search: options }] };
    }
    case 'builtin_function':
      // Beside other tools a reply could call both, and only the client can answer those.
      return search.alone
        ? { ...NOTHING, tools: [{ type: 'builtin_function', function: { name: BUILTIN_SEARCH } }] }
        : NOTHING;
    case 'built-in':
    case 'none':
      return NOTHING;
  }
}

function locationFields(location: JsonObject): Record<string, unknown> {
  const { city, region, country, timezone } = location;
  const known = Object.entries({ city, region, country, timezone }).filter(
    ([, value]) => nonEmpty(value) !== undefined,
  );
  if (known.length === 0) return {};
  return { user_location: { type: 'approximate', approximate: Object.fromEntries(known) } };
}

/**
 * Goes on for the model where its reply is a call of the built-in search: the arguments come back
 * as the result, and the search itself runs at the vendor (Kimi, "Use web search"). Gives the next
 * request, or `null` where the reply is an answer.
 */
export function searchRounds(request: ChatRequest): (reply: Uint8Array) => ChatRequest | null {
  let { messages } = request;
  let rounds = 0;
  return (reply) => {
    const message = asObject(asObject(objects(parsed(reply)['choices'])[0])['message']);
    const calls = objects(message['tool_calls']);
    const all = calls.every((call) => asObject(call['function'])['name'] === BUILTIN_SEARCH);
    rounds += 1;
    if (calls.length === 0 || !all || rounds > MAX_ROUNDS) return null;
    const results = calls.map((call) => ({
      role: 'tool' as const,
      tool_call_id: nonEmpty(call['id']) ?? String(asNumber(call['index']) ?? 0),
      name: BUILTIN_SEARCH,
      content: argumentsOf(call),
    }));
    messages = [...messages, message as unknown as (typeof messages)[number], ...results];
    return { ...request, messages };
  };
}

function argumentsOf(call: JsonObject): string {
  const args = asObject(call['function'])['arguments'];
  return typeof args === 'string' ? args : JSON.stringify(args ?? {});
}

function parsed(reply: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(reply));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
