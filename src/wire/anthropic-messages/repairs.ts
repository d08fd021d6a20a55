import type { Target } from '../../providers/target.ts';
import { objects } from '../json.ts';
import { fieldRule } from '../repairs/fields.ts';
import { LIMIT_RULES } from '../repairs/limits.ts';
import { flags, type Repair, type RepairContext, type RepairRule } from '../repairs/repair.ts';
import { signatureRules } from './signature-repairs.ts';

const reminders = { systemMessages: 'reminders' } as const;

/** In the order of precedence: what is said of one thing comes before what holds for any field. */
const RULES: readonly RepairRule[] = [
  ...signatureRules,
  ...LIMIT_RULES,

  // Messages with the role `system` inside of the conversation.
  flags(
    'Anthropic (anthropics/claude-code#61412)',
    "role 'system' is not supported on this model",
    /role [`'"]?system[`'"]? is not supported|(?:unexpected|invalid)(?: message)? role:? [`'"]?system/i,
    reminders,
  ),
  flags(
    'vLLM, FastAPI (vllm-project/vllm#44000)',
    "messages.1.role: Input should be 'user' or 'assistant'",
    /role\b.{0,40}Input should be 'user' or 'assistant'/is,
    reminders,
  ),
  flags(
    'DeepSeek, Qwen (QwenLM/Qwen#2244)',
    'messages[1].role: unknown variant `system`, expected `user` or `assistant`',
    /unknown variant [`'"]system[`'"]/i,
    reminders,
  ),
  flags(
    'others (anthropics/claude-code#63469)',
    "messages[1].role must be either 'user' or 'assistant', but got 'system'",
    /role\b.{0,20}must be (?:either )?['"]?user['"]? or ['"]?assistant/i,
    reminders,
  ),
  flags(
    'MiniMax (MiniMax-AI/MiniMax-M2.7#43)',
    'invalid params, chat content has invalid message role: system (2013)',
    /invalid message role: system/i,
    reminders,
  ),
  flags(
    'chat templates of Qwen and others (anthropics/claude-code#77698)',
    'System message must be at the beginning.',
    /system messages? (?:must be at the beginning|are not allowed)/i,
    reminders,
  ),

  // Thinking.
  flags(
    'DeepSeek (deepseek-ai/DeepSeek-V3#1397)',
    'thinking options type cannot be disabled when reasoning_effort is set',
    /cannot be disabled when reasoning_effort is set/i,
    { effortWithoutThinking: false },
  ),
  flags(
    'Anthropic, Bedrock',
    "thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags: 'disabled', 'enabled'",
    /input tag [`'"]adaptive|adaptive thinking (?:is )?not supported|thinking[. ]type\b.{0,40}adaptive.{0,60}(?:not|unsupported|invalid)|[`'"]adaptive[`'"].{0,40}(?:not (?:supported|allowed|a valid)|is invalid)/is,
    { thinkingConfig: 'budget' },
  ),
  flags(
    'servers in Rust',
    'thinking.type: unknown variant `adaptive`, expected `enabled` or `disabled`',
    /unknown variant [`'"]adaptive[`'"]|thinking\.type: Input should be 'enabled' or 'disabled'/i,
    { thinkingConfig: 'budget' },
  ),
  flags(
    'Ollama',
    '"llama3.2" does not support thinking',
    /(?:not|n't) support (?:extended )?thinking|thinking is not supported/i,
    { thinkingConfig: 'none' },
  ),
  flags(
    'OpenRouter',
    'Reasoning is mandatory for this endpoint and cannot be disabled.',
    /(?:reasoning|thinking)\b.{0,60}(?:cannot|can't|can not) be (?:disabled|turned off)/i,
    { thinkingConfig: 'none' },
  ),
  flags(
    'Anthropic, Claude Opus 4.7 and later',
    '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive"',
    /thinking\.type\.enabled["`']? is not supported/i,
    { thinkingConfig: 'as-sent' },
  ),
  {
    vendor: 'DeepSeek (decolua/9router#2397)',
    sample: 'The `content[].thinking` in the thinking mode must be passed back to the API.',
    repair: ({ problem, target }) =>
      MISSING_THINKING.test(problem.text) ? [moreThinking(target.compat.reasoningRequired)] : [],
  },

  // Tools.
  {
    vendor: 'vLLM (vllm-project/vllm#46790)',
    sample:
      "{'type': 'missing', 'loc': ('body', 'tools', 0, 'input_schema'), 'msg': 'Field required'}",
    repair: (context) =>
      hasServerTools(context) &&
      /input_schema|web_search|web_fetch|code_execution|function name or parameters is empty|tool type/i.test(
        context.problem.text,
      )
        ? [{ compat: { serverTools: false } }]
        : [],
  },
  flags(
    'vLLM (vllm-project/vllm#57324)',
    "messages.1.content.0.type: Input should be 'text', 'image' or 'tool_result', input 'tool_addition'",
    /tool_reference|tool_addition|tool_removal|tool_search/i,
    { toolSearch: false },
  ),
  flags(
    'DeepSeek (deepseek-ai/DeepSeek-V3#1376)',
    'Thinking mode does not support this tool_choice',
    /tool_choice\b.{0,60}(?:incompatible|not supported|unsupported)|(?:not|n't) support (?:this |being set )?.{0,20}tool_choice/i,
    { forcedToolChoice: 'never' },
  ),

  // Media and output.
  {
    vendor: 'Ollama (ollama/ollama#17301)',
    sample: 'this model does not support image input',
    repair: ({ problem }) => (NO_VISION.test(problem.text) ? [{ facts: { vision: false } }] : []),
  },
  flags(
    'servers in Rust',
    'messages[3].content[0]: unknown variant `document`, expected `text` or `image`',
    /unknown variant [`'"]document[`'"]|(?:not|n't) support (?:documents?|pdf)|(?:documents?|pdf) (?:input )?(?:is|are) not supported/i,
    { documents: false },
  ),
  flags(
    'models without structured output',
    "output_config.format: 'json_schema' is not supported for this model",
    /(?:output_config\.format|output_format|structured outputs?)\b.{0,60}not supported/i,
    { outputFormat: false },
  ),
  flags(
    'Anthropic, Claude Opus 4.7 and later',
    '`temperature` is deprecated for this model.',
    /`?(?:temperature|top_p|top_k)`?.{0,20}(?:is deprecated for|is not supported|may only be set to 1)/i,
    { withoutFields: ['temperature', 'top_p', 'top_k'] },
  ),

  // Headers.
  {
    vendor: 'Anthropic on Vertex AI (QuantumNous/new-api#2975)',
    sample:
      'Unexpected value(s) `prompt-caching-scope-2026-01-05`, `effort-2025-11-24` for the `anthropic-beta` header.',
    repair({ problem }) {
      const list = /Unexpected value\(s\) (.+?) for the `anthropic-beta` header/i.exec(
        problem.text,
      );
      const withoutBetas = [...(list?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      const named = withoutBetas.filter((name) => name !== undefined);
      return named.length === 0 ? [] : [{ compat: { withoutBetas: named } }];
    },
  },
  flags('Bedrock (QuantumNous/new-api#3041)', 'invalid beta flag', /invalid beta flag/i, {
    betas: false,
  }),

  fieldRule('context_management: Extra inputs are not permitted', {
    defer_loading: { toolSearch: false },
    thinking: { thinkingConfig: 'none' },
    output_format: { outputFormat: false },
    tool_choice: { forcedToolChoice: 'never' },
  }),
];

const MISSING_THINKING =
  /thinking`? in the thinking mode must be passed back|reasoning_content`? (?:is missing|in the thinking mode must)/i;

/** First for calls, then for every answer; where that won't do either, without thinking. */
function moreThinking(required: Target['compat']['reasoningRequired']): Repair {
  if (required === 'all') return { compat: { thinkingConfig: 'disabled' }, once: true };
  return {
    compat: {
      reasoningRequired: required === 'never' ? 'tool-calls' : 'all',
      signatures: 'ignored',
    },
  };
}

/** Says that the model has no eyes, not that one image is bad (dyad-sh/dyad#3812). */
const NO_VISION =
  /(?:not|n't) support (?:image|vision|multi-?modal)|support image input|unknown variant [`'"]image(?:_url)?[`'"]|image(?:_url)? is only supported by certain models|is not a multi-?modal model/i;

/** Of Anthropic's own API only what another model wrote is mended: the client knows the rest. */
export function repairRules(target: Target): readonly RepairRule[] {
  return target.compat.learns === 'signatures' ? signatureRules : RULES;
}

function hasServerTools({ call }: RepairContext): boolean {
  return objects(call.json()['tools']).some(
    ({ type, input_schema: schema }) =>
      type !== undefined && type !== 'custom' && schema === undefined,
  );
}
