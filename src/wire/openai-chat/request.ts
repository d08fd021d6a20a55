import type { Call } from '../../core/call.ts';
import type { Target } from '../../providers/target.ts';
import type { DecodedBody, EncodedRequest, ReplyDecoder } from '../wire-format.ts';
import type { ChatRequest, ChatTool } from './chat.ts';
import { encodeContext, type EncodeContext } from './context.ts';
import { endpointHeaders, endpointURL } from './endpoint.ts';
import { asNumber, checkDepth, jsonText, type JsonObject } from '../json.ts';
import { JsonNode } from '../json-node.ts';
import { deleteField, mentionsField } from '../json-path.ts';
import { chatMessages } from './messages.ts';
import { replyDecoder } from './response.ts';
import { countRequest } from './token-count.ts';
import { responseFormat } from './response-format.ts';
import { searchRequest, searchRounds } from './search-request.ts';
import { systemMessage, withSystem } from './system.ts';
import { thinkingFields } from './thinking.ts';
import { OfferedTools } from './offered-tools.ts';
import { chatTools, toolChoice } from './tools.ts';

/** OpenAI's limit for `prompt_cache_key` and the like. */
const MAX_SESSION_CHARS = 64;

/** Kimi's built-in search works without thinking only (guide, "Use web search"). */
const NO_THINKING = { on: false, refused: true } as const;

const NO_WEB = 'You have no access to the web here. Say so where the request needs it.';

/**
 * Translates a call. Only fields that are known are sent: others make vendors answer 400.
 * The result depends on the call and the target alone, so that prefix caches match.
 *
 * @throws GatewayError `malformed_request`
 */
export function encodeRequest(call: Call, target: Target): EncodedRequest {
  const context = encodeContext(call, target);
  const { tokenCount } = target.provider.endpoints['openai-chat'] ?? {};
  if (call.endpoint === 'count_tokens' && tokenCount !== undefined) {
    return countRequest(context, chatTools(context), tokenCount);
  }
  const stop = stopSequences(context);
  const tools = chatTools(context);
  const request = chatRequest(context, tools, stop.upstream);
  const decoder = replyDecoder({
    ...context,
    tools: new OfferedTools(tools, context.names),
    stopHere: stop.here,
  });
  const encoded = {
    url: endpointURL(context),
    headers: endpointHeaders(context, request.stream),
    body: encode(request, target),
    decoder,
    ...(context.request['max_tokens'] === 0 ? { local: nothing(call, decoder) } : {}),
  };
  if (!searchesInRounds(context)) return encoded;
  const nextRound = searchRounds(request);
  return {
    ...encoded,
    followUp(reply) {
      const next = nextRound(reply);
      return next === null ? null : encode(next, target);
    },
  };
}

function encode(request: ChatRequest, { compat }: Target): Uint8Array {
  return withoutFields(Buffer.from(jsonText(request), 'utf8'), compat.withoutFields);
}

/**
 * The answer to `max_tokens: 0`, which only warms Anthropic's cache up
 * (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching). Chat completions reject 0,
 * and no other number means nothing.
 */
function nothing(call: Call, decoder: ReplyDecoder): DecodedBody {
  const reply = Buffer.from(JSON.stringify(NOTHING), 'utf8');
  return call.stream ? decoder.bodyAsStream(reply) : decoder.body(reply);
}

const NOTHING = { choices: [{ index: 0, message: { content: '' }, finish_reason: 'length' }] };

/** Each round ends with a call that the gateway answers, which takes whole replies. */
function searchesInRounds({ compat, search }: EncodeContext): boolean {
  return compat.webSearch === 'builtin_function' && search?.alone === true;
}

/** The request without the fields that the upstream is known to reject. */
function withoutFields(body: Buffer, paths: readonly string[]): Uint8Array {
  const mentioned = paths.filter((path) => mentionsField(body, path));
  if (mentioned.length === 0) return body;
  const root = JsonNode.parse(body);
  for (const path of mentioned) deleteField(root, path);
  return root.bytes();
}

/** Stop strings, split into those that the upstream watches for and those that are cut here. */
interface StopSequences {
  readonly upstream: readonly string[];
  readonly here: readonly string[];
}

function stopSequences({ request, compat }: EncodeContext): StopSequences {
  const value = request['stop_sequences'];
  const all = Array.isArray(value)
    ? value.filter((one) => typeof one === 'string' && one !== '')
    : [];
  return { upstream: all.slice(0, compat.stopLimit), here: all.slice(compat.stopLimit) };
}

function chatRequest(
  context: EncodeContext,
  tools: readonly ChatTool[],
  stop: readonly string[],
): ChatRequest {
  const { call, compat, request, target } = context;
  const search = searchRequest(context.search, compat);
  const format = responseFormat(context, tools.length > 0);
  const noWeb = context.search !== null && compat.webSearch === 'none';
  const system = systemMessage(context, noWeb ? [...format.notes, NO_WEB] : format.notes);
  const inRounds = searchesInRounds(context);
  const stream = (call.stream || compat.alwaysStream) && !inRounds && !format.whole;
  const thinking = inRounds ? NO_THINKING : context.thinking;
  const offered = [...tools, ...search.tools];
  const maxTokens = outputLimit(request, target);
  return {
    ...passedFields(request, compat.passFields),
    model: context.model,
    messages: withSystem(system, chatMessages(context), context),
    stream,
    ...(stream && compat.streamUsage ? { stream_options: { include_usage: true as const } } : {}),
    ...(maxTokens === undefined ? {} : { [compat.maxTokensField]: maxTokens }),
    ...sampling(context),
    ...(stop.length > 0 ? { stop: [...stop] } : {}),
    ...(offered.length > 0 ? { tools: offered, ...toolChoice(tools, context) } : {}),
    ...(tools.length > 0 && stream && compat.toolStream ? { tool_stream: true } : {}),
    ...format.field,
    ...thinkingFields(thinking, compat, tools.length > 0),
    ...search.fields,
    ...sessionField(context),
    ...compat.extraBody,
  };
}

/** Claude Code asks for up to 128000 tokens; vendors answer 400 above the model's own limit. */
function outputLimit(request: JsonObject, { facts }: Target): number | undefined {
  const asked = asNumber(request['max_tokens']);
  if (asked === undefined) return undefined;
  return Math.max(1, Math.min(Math.floor(asked), facts.maxOutputTokens ?? asked));
}

/** A temperature of 1 is the default everywhere, and the only one that some models accept. */
function sampling({ request, compat }: EncodeContext): Partial<ChatRequest> {
  if (compat.sampling === 'fixed') return {};
  const temperature = asNumber(request['temperature']);
  const topP = asNumber(request['top_p']);
  const topK = compat.topK ? asNumber(request['top_k']) : undefined;
  return {
    ...(temperature === undefined || temperature === 1 ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

/** Keeps one session on one cache. The client's `metadata.user_id` is too long and too telling. */
function sessionField({ call, compat }: EncodeContext): Record<string, unknown> {
  const session = call.headers.get('x-claude-code-session-id');
  if (session === null || compat.sessionField === 'none') return {};
  return { [compat.sessionField]: session.slice(0, MAX_SESSION_CHARS) };
}

function passedFields(request: JsonObject, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => {
      if (request[name] === undefined) return [];
      checkDepth(request[name], name);
      return [[name, request[name]]];
    }),
  );
}
