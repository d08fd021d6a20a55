import type { ReplyContent } from '../reply.ts';

export type Json = Readonly<Record<string, unknown>>;

/** An answer outside 2xx, in the vendor's own shape. */
export interface Rejection {
  readonly status: number;
  readonly body: object;
}

/**
 * A vendor of chat completions as it behaves, not as OpenAI documents it: what it demands, what it
 * rejects and in which words, and the shape of its streams. One per test, since it remembers what it
 * gave out.
 */
export interface ChatVendor {
  /** The preset whose row of the catalog has its deviations. */
  readonly preset: string;
  readonly model: string;
  /** Its answer to a request that it doesn't take; `null`: it takes the request. */
  reject(request: Json): Rejection | null;
  /** All frames of a streamed reply. */
  chunks(reply: ReplyContent, request: Json): string[];
  whole(reply: ReplyContent, request: Json): object;
  /** An error in mid-stream. Absent: as OpenAI-compatible servers usually send it. */
  readonly errorFrame?: (message: string) => string;
  /**
   * What the vendor itself would not notice and the model would suffer from: reasoning or ids that
   * came back changed or not at all.
   */
  readonly damage: readonly string[];
}

export interface ChatToolCall {
  readonly id: string;
  readonly type: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly ChatToolCall[];
  readonly tool_call_id?: string;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly reasoning_details?: unknown;
  readonly prefix?: boolean;
}

export interface ChatTool {
  readonly type: string;
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: unknown;
    readonly strict?: unknown;
  };
}

export const messagesOf = (request: Json): readonly ChatMessage[] =>
  (request['messages'] ?? []) as readonly ChatMessage[];

export const toolsOf = (request: Json): readonly ChatTool[] =>
  (request['tools'] ?? []) as readonly ChatTool[];

export const callsIn = (request: Json): readonly ChatToolCall[] =>
  messagesOf(request).flatMap((message) => message.tool_calls ?? []);

/** Content parts of a type in any message. */
export const partsOf = (message: ChatMessage, type: string): readonly Json[] =>
  Array.isArray(message.content)
    ? (message.content as Json[]).filter((part) => part['type'] === type)
    : [];

/** Rejects with the first complaint, in one shape. */
export function firstOf(
  complaints: Iterable<string | null | undefined>,
  shape: (message: string) => Rejection,
): Rejection | null {
  for (const complaint of complaints) {
    if (complaint !== null && complaint !== undefined) return shape(complaint);
  }
  return null;
}

/** OpenAI's rule, which everybody has: each call is answered directly behind it, and once. */
export function unpaired(request: Json): string | null {
  let open = new Set<string>();
  for (const [index, message] of messagesOf(request).entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id ?? '')) {
        return `messages.[${index}]: a message with role 'tool' must be a response to a preceding message with 'tool_calls'.`;
      }
      continue;
    }
    if (open.size > 0) break;
    const ids = (message.tool_calls ?? []).map((call) => call.id);
    open = new Set(ids);
    if (open.size < ids.length) return `messages.[${index}]: duplicate tool call ids.`;
  }
  return open.size === 0
    ? null
    : `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. Missing: ${[...open].join(', ')}`;
}

/** Arguments in the history must be JSON objects: chat templates parse them. */
export function unreadableArguments(request: Json): string | null {
  for (const call of callsIn(request)) {
    try {
      const value: unknown = JSON.parse(call.function.arguments);
      if (typeof value === 'object' && value !== null) continue;
    } catch {
      // Told below.
    }
    return `invalid tool call arguments: ${call.function.arguments}`;
  }
  return null;
}
