import { ANTHROPIC_CHOICES, type AnthropicCompat } from './anthropic-compat.ts';

/** The wire formats that an upstream can speak. Each is one folder in `src/wire/`. */
export const WIRE_NAMES = ['anthropic-messages', 'openai-chat'] as const;
export type WireName = (typeof WIRE_NAMES)[number];

/** How a key is put on a request. */
export type AuthStyle = 'bearer' | 'x-api-key' | 'api-key' | 'none';

/** Where chat completions stand below an address of a certain form. */
interface EndpointPath {
  /** Matched against the base URL; the first matching row wins. */
  readonly match: RegExp;
  /** Appended to the base URL; `{model}` becomes the upstream's model id. */
  readonly path: string;
  /** `api-version` for routes that don't name one. */
  readonly apiVersion?: string;
}

/** Where an openai-chat provider counts the tokens of a request, without running the model. */
export interface TokenCountEndpoint {
  /** Relative to the base URL with a slash behind it. */
  readonly path: string;
  /** Where the number stands in the answer, key by key. */
  readonly count: readonly string[];
}

/** One address of a provider. */
interface ProviderEndpoint {
  /** Without a trailing slash. Absent: the route has to give one. */
  readonly baseURL?: string;
  /** Other addresses of the same service, such as an international one. */
  readonly alternateBaseURLs?: readonly string[];
  readonly auth: AuthStyle;
  /** Absent: the wire format's usual path. */
  readonly paths?: readonly EndpointPath[];
  /** Absent: it has none, and the gateway counts. */
  readonly tokenCount?: TokenCountEndpoint;
}

/** A provider: one row of data in `catalog.ts`. */
export interface ProviderSpec {
  /** The preset's name in the configuration, and the provider's label in metrics. */
  readonly name: string;
  /** As the vendor writes itself. */
  readonly label: string;
  /** The environment variable that vendors and users know for the key. Absent: no key needed. */
  readonly keyVariable?: string;
  /** Where a person gets a key. */
  readonly keyURL?: string;
  /** One model id that the vendor documents, for people who don't know any. */
  readonly exampleModel?: string;
  readonly defaultWire: WireName;
  /** Why this wire format is the default where there are two. */
  readonly defaultWireReason?: string;
  readonly endpoints: Partial<Record<WireName, ProviderEndpoint>>;
  /** Answered inside the process instead of over the network. */
  readonly builtIn?: true;
  /** May receive a client's own Anthropic credential: Anthropic itself, and nobody else. */
  readonly acceptsClientCredential?: true;
  /** Headers that every request of this provider carries. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Deviations from the plain openai-chat format and from Anthropic's own API. */
  readonly compat?: Partial<Compat>;
  /** Deviations of single models, the first matching row wins. Matched against the upstream id. */
  readonly modelCompat?: readonly ModelCompat[];
}

/** Deviations of the models whose upstream id matches. */
export interface ModelCompat {
  readonly match: RegExp;
  readonly compat: Partial<Compat>;
}

/** The flags of both wire formats; a target reads those of the format that it speaks. */
export interface Compat extends OpenAiChatCompat, AnthropicCompat {}

/** Anthropic's levels of `output_config.effort`, lowest first. */
export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** What an upstream calls each of Anthropic's levels. */
export type EffortMap = Readonly<Record<Effort, string>>;

/** Values of the flags that choose among several forms; `DEFAULT_COMPAT` has the plain form. */
export const COMPAT_CHOICES = {
  maxTokensField: ['max_tokens', 'max_completion_tokens'],
  thinking: ['none', 'reasoning_effort', 'thinking', 'reasoning', 'enable_thinking'],
  reasoningReplay: ['never', 'reasoning_content', 'reasoning', 'reasoning_details'],
  reasoningRequired: ['never', 'tool-calls', 'all'],
  sampling: ['any', 'fixed'],
  forcedToolChoice: ['always', 'without-thinking', 'never'],
  responseFormat: ['json_schema', 'json_object', 'none'],
  formatExcludes: ['nothing', 'tools', 'tools-and-streams'],
  toolIds: ['any', 'nine-alphanumeric'],
  schemaDialect: ['json-schema', 'gemini', 'mfjs'],
  pdf: ['file', 'file_url', 'document_url', 'none'],
  prefill: ['prefix', 'partial', 'none'],
  webSearch: [
    'built-in',
    'search_domain_filter',
    'search_settings',
    'plugin',
    'web_search_options',
    'web_search_tool',
    'builtin_function',
    'enable_search',
    'none',
  ],
  sessionField: ['prompt_cache_key', 'session_id', 'none'],
  systemRole: ['system', 'user'],
  ...ANTHROPIC_CHOICES,
} as const;

type Choice<Key extends keyof typeof COMPAT_CHOICES> = (typeof COMPAT_CHOICES)[Key][number];

/**
 * Deviations of a vendor from OpenAI's chat completions. Every flag says what it changes and
 * where it is documented.
 */
export interface OpenAiChatCompat {
  /**
   * Which field carries the output limit. OpenAI deprecated `max_tokens` and rejects it for
   * reasoning models (API reference); most other servers know nothing else.
   */
  readonly maxTokensField: Choice<'maxTokensField'>;
  /** Accepts `stream_options: { include_usage: true }`. Off for servers that reject the field. */
  readonly streamUsage: boolean;
  /**
   * Whether a reply is asked for as a stream also where the client wants a whole one: Fireworks
   * rejects `max_tokens` above 4096 and Model Studio rejects thinking without `stream: true`.
   */
  readonly alwaysStream: boolean;

  /**
   * How thinking is switched. `reasoning_effort`: OpenAI's field. `thinking`: `{ type: enabled |
   * disabled }`, with `reasoning_effort` beside it where {@link efforts} is set (DeepSeek, GLM,
   * Kimi). `reasoning`: an object with `effort` or `enabled` (OpenRouter, Together).
   * `enable_thinking`: a boolean with `thinking_budget` (SiliconFlow, Model Studio).
   */
  readonly thinking: Choice<'thinking'>;
  /** The vendor's names for Anthropic's effort levels; `null`: it takes no effort. */
  readonly efforts: EffortMap | null;
  /** The effort that means "off"; `null`: nothing is sent then. */
  readonly effortOff: string | null;
  /**
   * The only effort accepted together with tools: gpt-5.4 and later reject any but `none` on chat
   * completions (BerriAI/litellm#34569, openai/openai-openapi#541); `null`: no such rule.
   */
  readonly effortWithTools: string | null;
  /** Thinking can't be switched off; asking for it is an error (GLM-5.3, Kimi K3). */
  readonly thinkingAlwaysOn: boolean;
  /** Further fields of the `thinking` object while on, such as GLM's `clear_thinking: false`. */
  readonly thinkingFields: Readonly<Record<string, unknown>>;

  /**
   * The field of an assistant message that gives earlier reasoning back. Groq and OpenAI reject
   * requests that have one; `reasoning_details` is OpenRouter's lossless form.
   */
  readonly reasoningReplay: Choice<'reasoningReplay'>;
  /**
   * Which assistant messages must carry their reasoning while thinking, else 400. `tool-calls`:
   * those with calls (Kimi: "reasoning_content is missing in assistant tool call message").
   * `all`: each one (DeepSeek thinking mode guide; openclaw/openclaw#73417). Where it was lost, a
   * short text stands in.
   */
  readonly reasoningRequired: Choice<'reasoningRequired'>;
  /** Replies put reasoning at the start of the text between `<think>` tags (Perplexity, MiniMax). */
  readonly thinkTags: boolean;
  /** Tool calls carry `extra_content.google.thought_signature`, which must come back (Gemini 3). */
  readonly thoughtSignatures: boolean;
  /**
   * What stands in for a thought signature that was lost, as in a conversation with another model:
   * Gemini 3 rejects the first call of a step without any (Gemini API, "Thought signatures", FAQ).
   * `null`: nothing has to.
   */
  readonly lostSignature: string | null;

  /** `fixed`: reasoning models that reject or ignore `temperature` and `top_p`. */
  readonly sampling: Choice<'sampling'>;
  /** Accepts `top_k`, which OpenAI doesn't have. */
  readonly topK: boolean;
  /** How many `stop` strings are accepted (OpenAI: 4; o3, o4-mini: 0). The rest is cut here. */
  readonly stopLimit: number;
  /** Whether `tool_choice` may force a call; DeepSeek and Kimi reject it while thinking. */
  readonly forcedToolChoice: Choice<'forcedToolChoice'>;
  /** Accepts `parallel_tool_calls: false`. */
  readonly parallelToolCalls: boolean;
  /** Accepts function tools at all (Perplexity doesn't). */
  readonly tools: boolean;
  /** Most tools that a request may have; OpenAI documents 128. `null`: no known limit. */
  readonly maxTools: number | null;
  /** Accepts `strict: true` on functions and on response formats. */
  readonly strict: boolean;
  /** How structured output is asked for; DeepSeek knows `json_object` only. */
  readonly responseFormat: Choice<'responseFormat'>;
  /**
   * What a request for structured output can't be combined with: tools (Cerebras, Gemini before 3),
   * or neither tools nor a stream (Groq, structured outputs, "limitations").
   */
  readonly formatExcludes: Choice<'formatExcludes'>;
  /**
   * Whether a user message may directly follow tool results. Mistral's models want the assistant to
   * speak first: "Unexpected role 'user' after role 'tool'" (error 3230, zed-industries/zed#37021,
   * mistralai/mistral-vibe#578).
   */
  readonly userAfterTools: boolean;
  /** Mistral rejects tool call ids that aren't nine letters and digits (error 3280). */
  readonly toolIds: Choice<'toolIds'>;
  /**
   * Which part of JSON Schema function parameters may use. `gemini`: the OpenAPI subset of
   * Google's function declarations. `mfjs`: Moonshot's flavoured JSON Schema.
   */
  readonly schemaDialect: Choice<'schemaDialect'>;
  /** Streams a tool call's arguments only with `tool_stream: true` (GLM, function calling guide). */
  readonly toolStream: boolean;

  /**
   * Calls that a model writes into its text, as tags or JSON, are taken for calls. Off where the
   * vendor always reports them itself, so that only somebody's example can look like one.
   */
  readonly textToolCalls: boolean;
  /**
   * `user`: the system prompt stands at the start of the user's first message, for models that have
   * no such role (o1-mini, BerriAI/litellm#5671; Gemma, BerriAI/litellm#4377).
   */
  readonly systemRole: Choice<'systemRole'>;
  /** Accepts `content: null` beside tool calls; else an empty string is sent. */
  readonly nullContent: boolean;
  /** Accepts images by remote URL; Kimi takes base64 only. */
  readonly imageURLs: boolean;
  /**
   * How a PDF is attached: OpenAI's `file` part, Perplexity's `file_url`, Mistral's `document_url`.
   * `none`: its text is sent.
   */
  readonly pdf: Choice<'pdf'>;
  /** Keeps Anthropic's `cache_control` on text parts (OpenRouter, prompt caching guide). */
  readonly cacheControl: boolean;
  /** How a reply is continued: `prefix: true` (DeepSeek, Mistral) or `partial: true` (Kimi). */
  readonly prefill: Choice<'prefill'>;
  /**
   * What becomes of Anthropic's web search tool. `built-in`: the model searches by itself; with
   * `search_domain_filter` (Perplexity) or `search_settings` (Groq's compound systems) it can be
   * told where. `plugin`: `plugins: [{ id: "web" }]` (OpenRouter). `web_search_options`: OpenAI's
   * search models. `web_search_tool`: a tool of the type `web_search` (GLM). `builtin_function`: the
   * function `$web_search`, whose arguments the gateway gives back (Kimi). `enable_search`: a switch
   * (Model Studio). `none`: such a request goes to a route that can, or is told so.
   */
  readonly webSearch: Choice<'webSearch'>;
  /** The engine that the tool `web_search` names. */
  readonly searchEngine: string;
  /** Replies list their sources in `search_results` or `citations`; shown as text at the end. */
  readonly citations: boolean;
  /** The field that keeps a session on one cache: OpenAI's and Kimi's, or OpenRouter's. */
  readonly sessionField: Choice<'sessionField'>;
  /** A 400 or 413 without a body means that the context is too long (Cerebras). */
  readonly emptyErrorIsOverflow: boolean;

  /** The client's own top-level fields that are passed on as they are. */
  readonly passFields: readonly string[];
  /** Fields that every request of this provider or route carries. */
  readonly extraBody: Readonly<Record<string, unknown>>;
}
