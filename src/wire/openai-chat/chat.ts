import type OpenAI from 'openai';

/**
 * The request as it is sent. The types are OpenAI's own, plus the fields that other vendors
 * document for the same endpoint.
 */

type CacheControl = { readonly cache_control?: unknown };

export type TextPart = OpenAI.ChatCompletionContentPartText & CacheControl;
type FilePart = OpenAI.ChatCompletionContentPart.File;
/** Perplexity's attachment (https://docs.perplexity.ai, "file attachments"). */
interface FileURLPart {
  readonly type: 'file_url';
  readonly file_url: { readonly url: string };
  readonly file_name?: string;
}
export type UserPart = (TextPart | OpenAI.ChatCompletionContentPartImage | FilePart) & CacheControl;
/** Mistral's attachment (https://docs.mistral.ai, "Document QnA"). */
interface DocumentURLPart {
  readonly type: 'document_url';
  readonly document_url: string;
  readonly document_name: string;
}
export type ContentPart = UserPart | FileURLPart | DocumentURLPart;

export type ToolCall = OpenAI.ChatCompletionMessageFunctionToolCall & {
  extra_content?: { google: { thought_signature: string } };
};

export interface SystemMessage {
  readonly role: 'system';
  readonly content: string | TextPart[];
}
interface UserMessage {
  readonly role: 'user';
  readonly content: string | ContentPart[];
}
export interface ToolMessage {
  readonly role: 'tool';
  readonly tool_call_id: string;
  /** Kimi wants the name of its built-in function again. */
  readonly name?: string;
  readonly content: string;
}
export interface AssistantMessage {
  role: 'assistant';
  content: string | null;
  tool_calls?: ToolCall[];
  reasoning_content?: string;
  reasoning?: string;
  reasoning_details?: unknown[];
  /** Continue this message (DeepSeek, Mistral). */
  prefix?: true;
  /** Continue this message (Kimi). */
  partial?: true;
}
export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

export type ChatTool = OpenAI.ChatCompletionFunctionTool;
/** A tool that runs at the vendor. */
export type BuiltInTool =
  | { readonly type: 'web_search'; readonly web_search: Readonly<Record<string, unknown>> }
  | { readonly type: 'builtin_function'; readonly function: { readonly name: string } };
export type ChatToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { type: 'function'; function: { name: string } };

export type ChatResponseFormat =
  | { type: 'json_object' }
  | {
      type: 'json_schema';
      json_schema: { name: string; schema: Record<string, unknown>; strict: boolean };
    };

/** The whole body; further fields are the vendors' own. */
export interface ChatRequest extends Record<string, unknown> {
  model: string;
  messages: ChatMessage[];
  stream: boolean;
  stream_options?: { include_usage: true };
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop?: string[];
  tools?: (ChatTool | BuiltInTool)[];
  tool_choice?: ChatToolChoice;
  parallel_tool_calls?: false;
  response_format?: ChatResponseFormat;
  reasoning_effort?: string;
}
