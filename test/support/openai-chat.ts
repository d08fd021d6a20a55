import { Journal } from '../../src/core/journal.ts';
import { scanMembers } from '../../src/core/json-scan.ts';
import type { Call } from '../../src/core/call.ts';
import type { AnthropicEvent, AnthropicRequest } from '../../src/core/messages.ts';
import { customProvider, findProvider } from '../../src/providers/catalog.ts';
import { resolveCompat } from '../../src/providers/compat.ts';
import { modelFacts } from '../../src/providers/models.ts';
import type { Compat } from '../../src/providers/spec.ts';
import type { ModelFacts, Target } from '../../src/providers/target.ts';
import { openaiChat } from '../../src/wire/openai-chat/index.ts';
import { foldMessage } from '../../src/wire/openai-chat/fold.ts';
import type { EncodedRequest } from '../../src/wire/wire-format.ts';
import { parseEvents } from './grammar.ts';

export type Json = Record<string, unknown>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A call as the endpoint would have read it. */
export function testCall(request: Json, headers: Record<string, string> = {}): Call {
  const body = encoder.encode(JSON.stringify(request));
  return {
    id: 'req_0123456789abcdefghijklmn',
    endpoint: 'messages',
    body,
    model: typeof request['model'] === 'string' ? request['model'] : 'test-model',
    modelSpan: { start: 0, end: 0 },
    members: scanMembers(Buffer.from(body.buffer), 0).members,
    stream: request['stream'] === true,
    query: '?beta=true',
    headers: new Headers(headers),
    credential: {},
    client: 'claude-code',
    signal: new AbortController().signal,
    journal: new Journal(() => 0),
    json: () => request as AnthropicRequest,
  };
}

export interface ChatTargetOptions {
  /** A preset; absent: a server that no preset knows. */
  readonly preset?: string;
  readonly model?: string;
  readonly facts?: ModelFacts;
  readonly compat?: Partial<Compat>;
  readonly changes?: Partial<Target>;
}

export function chatTarget(options: ChatTargetOptions = {}): Target {
  const provider =
    options.preset === undefined
      ? customProvider('http://upstream.test/v1')
      : findProvider(options.preset);
  if (provider === undefined) throw new Error(`no preset ${options.preset}`);
  const model = options.model ?? 'upstream-model';
  return {
    route: 'my-route',
    provider,
    wire: 'openai-chat',
    baseURL: provider.endpoints['openai-chat']?.baseURL ?? 'http://upstream.test/v1',
    model,
    credential: { kind: 'none' },
    headers: {},
    facts: { ...modelFacts(model), ...options.facts },
    compat: resolveCompat(provider, model, options.compat),
    ...options.changes,
  };
}

/** The encoded request's body. */
export function encodeChat(request: Json, target: Target = chatTarget()): Json {
  return bodyOf(openaiChat.encode(testCall(request), target));
}

export function bodyOf(encoded: EncodedRequest): Json {
  return JSON.parse(decoder.decode(encoded.body)) as Json;
}

/** A request as Claude Code makes it, so that thinking is on. */
export const ASK: Json = {
  model: 'anthropic/kimi/k2',
  max_tokens: 1024,
  stream: true,
  thinking: { type: 'adaptive' },
  messages: [{ role: 'user', content: 'hi' }],
};

export interface StreamResult {
  readonly events: AnthropicEvent[];
  /** Without pings. */
  readonly visible: AnthropicEvent[];
  readonly message: Json;
  readonly text: string;
  readonly transform: ReturnType<EncodedRequest['decoder']['stream']>;
}

/** Sends bytes through a new decoder in chunks of a size (0: as they are) and reads what comes out. */
export function decodeStream(
  chunks: readonly (string | Uint8Array)[],
  options: {
    readonly request?: Json;
    readonly target?: Target;
    readonly size?: number;
    readonly end?: (transform: StreamResult['transform']) => Uint8Array;
  } = {},
): StreamResult {
  const { request = ASK, target = chatTarget(), size = 0 } = options;
  const transform = openaiChat.encode(testCall(request), target).decoder.stream();
  const out: Uint8Array[] = [];
  for (const chunk of cut(chunks, size)) out.push(transform.push(chunk));
  out.push(options.end === undefined ? transform.end() : options.end(transform));
  // What comes out ends at an event's boundary each time.
  const events = out.flatMap((bytes) => parseEvents(bytes));
  return {
    events,
    visible: events.filter((event) => event.type !== 'ping'),
    message: foldMessage(events),
    text: out.map((bytes) => decoder.decode(bytes)).join(''),
    transform,
  };
}

function cut(chunks: readonly (string | Uint8Array)[], size: number): Uint8Array[] {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? encoder.encode(chunk) : chunk));
  if (size === 0) return bytes;
  const all = Buffer.concat(bytes);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += size) {
    pieces.push(new Uint8Array(all.subarray(at, at + size)));
  }
  return pieces;
}

/** Chunks of chat completions as an event stream. */
export function sse(...chunks: readonly (Json | string)[]): string {
  return chunks
    .map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`)
    .join('');
}

/** One chunk with a delta of the first choice. */
export function chunk(delta: Json, finish: string | null = null, more: Json = {}): Json {
  return {
    id: 'c1',
    object: 'chat.completion.chunk',
    model: 'up',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  };
}

export const CHUNK_SIZES = [0, 1, 2, 3, 7] as const;
