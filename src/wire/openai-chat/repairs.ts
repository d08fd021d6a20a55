import { nearestEfforts } from '../../providers/efforts.ts';
import { fieldRule } from '../repairs/fields.ts';
import { LIMIT_RULES } from '../repairs/limits.ts';
import { flags, type RepairContext, type RepairRule } from '../repairs/repair.ts';

/** In the order of precedence: what is said of one thing comes before what holds for any field. */
const RULES: readonly RepairRule[] = [
  // The output limit.
  flags(
    'OpenAI',
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    /use [`'"]?max_completion_tokens[`'"]? instead/i,
    { maxTokensField: 'max_completion_tokens' },
  ),
  flags(
    'servers that know the older field only',
    'max_completion_tokens: Extra inputs are not permitted',
    /max_completion_tokens[`'"]?:? (?:Extra inputs are not permitted|is not supported|is unsupported)|(?:unknown|unrecognized|unsupported) [\w ]{0,30}:? ?[`'"]?max_completion_tokens/i,
    { maxTokensField: 'max_tokens' },
  ),
  ...LIMIT_RULES,
  flags(
    'Model Studio; Fireworks',
    'This model only support stream mode, please enable the stream parameter to access the model.',
    /only supports? stream|must have stream ?= ?true|must be set to false for non-streaming/i,
    { alwaysStream: true },
  ),

  // Reasoning.
  {
    vendor: 'DeepSeek, Kimi',
    sample: 'The `reasoning_content` in the thinking mode must be passed back to the API.',
    repair: ({ problem, target }) =>
      /reasoning_content`? (?:is missing|in the thinking mode must be passed back)/i.test(
        problem.text,
      )
        ? [
            {
              compat: {
                reasoningReplay: 'reasoning_content',
                reasoningRequired:
                  target.compat.reasoningRequired === 'never' ? 'tool-calls' : 'all',
              },
            },
          ]
        : [],
  },
  flags(
    'OpenAI (BerriAI/litellm#34569)',
    "Function tools with reasoning_effort are not supported for gpt-5.4 in /v1/chat/completions. Please use /v1/responses or set reasoning_effort to 'none'.",
    /tools with reasoning_effort are not supported/i,
    { thinking: 'reasoning_effort', effortWithTools: 'none' },
  ),
  {
    vendor: 'OpenAI, Groq',
    sample:
      "Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. Supported values are: 'low', 'medium', and 'high'.",
    repair: ({ problem }) => effortRepair(problem.text),
  },
  flags(
    'OpenRouter',
    'Reasoning is mandatory for this endpoint and cannot be disabled.',
    /(?:reasoning|thinking)\b.{0,60}(?:cannot|can't|can not) be (?:disabled|turned off)/i,
    { thinkingAlwaysOn: true },
  ),
  flags(
    'Ollama',
    '"llama3.2" does not support thinking',
    /(?:not|n't) support (?:thinking|reasoning)|thinking is not supported/i,
    { thinking: 'none' },
  ),

  // Sampling.
  flags(
    'OpenAI',
    "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
    /[`'"]?(?:temperature|top_p)[`'"]? does not support|only the default \(1\) value is supported/i,
    { sampling: 'fixed' },
  ),
  flags(
    'Kimi',
    'invalid temperature: only 1 is allowed for this model',
    /invalid (?:temperature|top_p)|(?:temperature|top_p) (?:is fixed|must be 1|may only be)/i,
    { sampling: 'fixed' },
  ),

  // Messages.
  flags(
    'OpenAI (BerriAI/litellm#5671)',
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    /role[`'"]? does not support [`'"]system|system role (?:is )?not supported/i,
    { systemRole: 'user' },
  ),
  flags(
    'OpenAI',
    "Invalid value for 'content': expected a string, got null.",
    /[`'"]?content[`'"]?:? expected a string, got null|none is not an allowed value|content (?:cannot|must not|can't) be null/i,
    { nullContent: false },
  ),
  flags(
    'Mistral',
    "Unexpected role 'user' after role 'tool'",
    /unexpected role [`'"]user[`'"] after role [`'"]tool/i,
    { userAfterTools: false },
  ),
  flags(
    'Mistral',
    'Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.',
    /tool call id\b.{0,60}length of 9/i,
    { toolIds: 'nine-alphanumeric' },
  ),

  // Tools.
  flags(
    'DeepSeek (deepseek-ai/DeepSeek-V3#1376); Kimi; Model Studio',
    'Thinking mode does not support this tool_choice',
    /tool_choice\b.{0,60}(?:incompatible|not supported|unsupported|not support)|(?:not|n't) support .{0,20}tool_choice/i,
    { forcedToolChoice: 'never' },
  ),
  flags(
    'Gemini',
    `Invalid JSON payload received. Unknown name "const" at 'tools[0].function_declarations[3].parameters': Cannot find field.`,
    /function_declarations.{0,80}parameters|invalid schema for function|invalid function (?:schema|parameters)|json schema is invalid/i,
    { schemaDialect: 'gemini' },
  ),
  flags(
    'Kimi',
    'tools.function.parameters is not a valid moonshot flavored json schema',
    /moonshot flavou?red json schema/i,
    { schemaDialect: 'mfjs' },
  ),

  // Output and media.
  {
    vendor: 'DeepSeek; Groq',
    sample: 'This response_format type is unavailable now',
    repair: (context) => formatRepair(context),
  },
  {
    vendor: 'Ollama (ollama/ollama#17301), OpenRouter, DeepSeek',
    sample: 'this model does not support image input',
    repair: ({ problem }) => (NO_VISION.test(problem.text) ? [{ facts: { vision: false } }] : []),
  },
  flags(
    'servers without PDF files',
    'messages[3]: unknown variant `file`, expected `text` or `image_url`',
    /unknown variant [`'"]file[`'"]|invalid content type\.? [`'"]?file|(?:not|n't) support (?:pdf|file|document)s?\b/i,
    { pdf: 'none' },
  ),

  fieldRule('Unrecognized request argument supplied: stream_options', {
    stream_options: { streamUsage: false },
    parallel_tool_calls: { parallelToolCalls: false },
    reasoning_content: { reasoningReplay: 'never', reasoningRequired: 'never' },
    reasoning_details: { reasoningReplay: 'never' },
    reasoning_effort: { thinking: 'none' },
    enable_thinking: { thinking: 'none' },
    thinking_budget: { thinking: 'none' },
    thinking: { thinking: 'none' },
    temperature: { sampling: 'fixed' },
    top_p: { sampling: 'fixed' },
    top_k: { topK: false },
    stop: { stopLimit: 0 },
    strict: { strict: false },
    tool_choice: { forcedToolChoice: 'never' },
    tool_stream: { toolStream: false },
    cache_control: { cacheControl: false },
    prompt_cache_key: { sessionField: 'none' },
    session_id: { sessionField: 'none' },
  }),
];

/** Says that the model has no eyes, not that one image is bad (dyad-sh/dyad#3812). */
const NO_VISION =
  /(?:not|n't) support (?:image|vision|multi-?modal)|support image input|unknown variant [`'"]image_url[`'"]|image_url is only supported by certain models|is not a multi-?modal model/i;

/** "Supported values are: 'low', 'medium', and 'high'": each of ours becomes the nearest of them. */
function effortRepair(text: string): ReturnType<RepairRule['repair']> {
  const [, list] =
    /reasoning_effort\b.{0,160}?(?:supported values are|must be one of|expected one of|should be)[: ]+([^.\n]+)/is.exec(
      text,
    ) ?? [];
  const values = [...(list ?? '').matchAll(/[`'"](\w+)[`'"]/g)].map(([, value]) => value ?? '');
  const off = values.find((value) => value === 'none' || value === 'minimal') ?? null;
  const levels = values.filter((value) => value !== 'none' && value !== 'minimal');
  const [weakest, ...stronger] = levels;
  if (weakest === undefined) return [];
  return [{ compat: { efforts: nearestEfforts(weakest, ...stronger), effortOff: off } }];
}

function formatRepair({ problem, target }: RepairContext): ReturnType<RepairRule['repair']> {
  const refused =
    /response_format\b.{0,80}(?:unavailable|not supported|unsupported|not support|must be)|(?:not|n't) support .{0,30}(?:response_format|response format|json_schema|structured output)/is;
  if (!refused.test(problem.text)) return [];
  const next = target.compat.responseFormat === 'json_schema' ? 'json_object' : 'none';
  return [{ compat: { responseFormat: next } }];
}

export function repairRules(): readonly RepairRule[] {
  return RULES;
}
