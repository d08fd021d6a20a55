import { z } from 'zod';
import { DEFAULT_COMPAT } from '../providers/compat.ts';
import { COMPAT_CHOICES, type Compat } from '../providers/spec.ts';

/** The flags whose default `null` doesn't tell the type. */
const NULLABLE: Record<string, z.ZodType> = {
  efforts: z.record(z.string(), z.string()).nullable(),
  effortOff: z.string().nullable(),
  effortWithTools: z.string().nullable(),
  lostSignature: z.string().nullable(),
  maxTools: z.int().min(0).nullable(),
};

/** For editors, in short; `Compat` has the whole story and the sources. */
const DESCRIPTIONS: Readonly<Record<keyof Compat, string>> = {
  maxTokensField: 'The field that carries the output limit.',
  streamUsage: 'Takes stream_options: { include_usage: true }.',
  alwaysStream: 'Answers are asked for as a stream also where the client wants a whole one.',
  thinking: 'How thinking is switched on and off.',
  efforts: "The provider's names for Anthropic's effort levels; null: it takes no effort.",
  effortOff: 'The effort that means "off"; null: nothing is sent then.',
  effortWithTools: 'The only effort that is taken together with tools; null: any.',
  thinkingAlwaysOn: "Thinking can't be switched off.",
  thinkingFields: 'Further fields of the `thinking` object while thinking is on.',
  reasoningReplay: "The assistant message's field that gives earlier reasoning back.",
  reasoningRequired: 'Which assistant messages must carry their reasoning.',
  thinkTags: 'Answers hold their reasoning between <think> tags at the start.',
  thoughtSignatures: "Tool calls carry Google's thought signatures, which must come back.",
  lostSignature: "What stands in for a lost thought signature of Google's; null: nothing.",
  sampling: 'Whether temperature and top_p are taken, or fixed.',
  topK: 'Takes top_k.',
  stopLimit: 'How many stop strings are taken; the rest is cut.',
  forcedToolChoice: 'Whether tool_choice may force a call.',
  parallelToolCalls: 'Takes parallel_tool_calls: false.',
  tools: 'Takes function tools at all.',
  maxTools: 'The most tools that a request may have; null: no known limit.',
  strict: 'Takes strict: true on functions and response formats.',
  responseFormat: 'How structured output is asked for.',
  formatExcludes: "What structured output can't be combined with.",
  userAfterTools: 'A user message may directly follow tool results.',
  toolIds: 'Which tool call ids are taken.',
  schemaDialect: 'The part of JSON Schema that function parameters may use.',
  toolStream: "Streams a tool call's arguments only with tool_stream: true.",
  textToolCalls: 'Calls that the model writes as text are taken for calls.',
  systemRole: 'Where the system prompt stands.',
  nullContent: 'Takes content: null beside tool calls.',
  imageURLs: 'Takes images by address; else as base64 only.',
  pdf: 'How a PDF is attached.',
  cacheControl: "Keeps Anthropic's cache_control on text parts.",
  prefill: 'How a reply is continued.',
  webSearch: "What becomes of Anthropic's web search tool.",
  searchEngine: 'The engine that the tool web_search names.',
  citations: 'Answers list their sources, which are shown at the end.',
  sessionField: 'The field that carries the session, for prompt caching.',
  emptyErrorIsOverflow: 'A 400 or 413 without a body means that the context is too long.',
  passFields: "Fields of the client's request that are passed on as they are.",
  extraBody: 'Fields that are added to every request.',
  signatures: 'What becomes of thinking that another model wrote.',
  attribution: "Takes Claude Code's billing line in the system prompt.",
  systemMessages: 'What becomes of system messages inside of the conversation.',
  thinkingConfig: "What becomes of the client's `thinking`.",
  effortWithoutThinking: 'Takes an effort also where thinking is disabled.',
  outputFormat: 'Takes output_config.format; else the schema is told in the prompt.',
  toolSearch: "Knows Anthropic's tool search; else the loaded tools are sent as plain ones.",
  serverTools: "Runs Anthropic's own tools; else they are taken out.",
  documents: 'Takes document blocks; else their text is sent.',
  betas: 'Takes the header anthropic-beta.',
  clampMaxTokens: 'max_tokens is cut to what the model is known to take.',
  learns: 'What is changed and sent again after the provider refused it.',
  withoutFields: 'Fields that the provider rejects, such as tools.*.strict.',
  withoutBetas: 'Values of anthropic-beta that the provider rejects.',
};

function flagSchema(name: string, byDefault: Compat[keyof Compat]): z.ZodType {
  const choices: Record<string, readonly string[]> = COMPAT_CHOICES;
  const names = choices[name];
  if (names !== undefined) return z.enum(names);
  if (typeof byDefault === 'boolean') return z.boolean();
  if (typeof byDefault === 'number') return z.int().min(0);
  if (typeof byDefault === 'string') return z.string();
  if (Array.isArray(byDefault)) return z.array(z.string());
  return NULLABLE[name] ?? z.record(z.string(), z.json());
}

/** The schema of a route's `compat`: every flag of both wire formats, each optional. */
export function compatSchema() {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, byDefault] of Object.entries(DEFAULT_COMPAT)) {
    const description = DESCRIPTIONS[name as keyof Compat];
    shape[name] = flagSchema(name, byDefault)
      .meta({ description, examples: [byDefault] })
      .optional();
  }
  return z.strictObject(shape).meta({
    description: "Overrides of what the catalog knows of the provider's wire format.",
    examples: [{ maxTokensField: 'max_completion_tokens' }],
  });
}
