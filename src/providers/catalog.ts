/* oxlint-disable max-lines -- a table of data: one row per provider, nothing to split */
import { nearestEfforts } from './efforts.ts';
import type { Compat, EffortMap, ModelCompat, OpenAiChatCompat, ProviderSpec } from './spec.ts';

const LOW_MEDIUM_HIGH = nearestEfforts('low', 'medium', 'high');

/** DeepSeek and GLM know three levels and map the two others to `high` themselves. */
const LOW_HIGH_MAX: EffortMap = {
  low: 'low',
  medium: 'high',
  high: 'high',
  xhigh: 'high',
  max: 'max',
};

/** https://platform.openai.com/docs/guides/reasoning, model pages, and the API reference. */
const OPENAI_REASONING: Partial<OpenAiChatCompat> = {
  thinking: 'reasoning_effort',
  sampling: 'fixed',
};

const OPENAI_MODELS: readonly ModelCompat[] = [
  { match: /search-(?:preview|api)/, compat: { webSearch: 'web_search_options', tools: false } },
  {
    // gpt-5.4 and later reject tools with any other effort on chat completions.
    match: /^gpt-(?:5\.(?:[4-9]|\d{2})|[6-9])/,
    compat: {
      ...OPENAI_REASONING,
      efforts: nearestEfforts('low', 'medium', 'high', 'xhigh'),
      effortOff: 'none',
      effortWithTools: 'none',
    },
  },
  {
    match: /^gpt-5\.[23]/,
    compat: {
      ...OPENAI_REASONING,
      efforts: nearestEfforts('low', 'medium', 'high', 'xhigh'),
      effortOff: 'none',
    },
  },
  {
    match: /^gpt-5\.1/,
    compat: { ...OPENAI_REASONING, efforts: LOW_MEDIUM_HIGH, effortOff: 'none' },
  },
  { match: /^gpt-5-chat/, compat: {} },
  {
    match: /^gpt-5/,
    compat: { ...OPENAI_REASONING, efforts: LOW_MEDIUM_HIGH, effortOff: 'minimal' },
  },
  {
    match: /^o(?:3|4-mini)/,
    compat: { ...OPENAI_REASONING, efforts: LOW_MEDIUM_HIGH, effortOff: 'low', stopLimit: 0 },
  },
  {
    match: /^o1/,
    compat: { ...OPENAI_REASONING, efforts: LOW_MEDIUM_HIGH, effortOff: 'low' },
  },
];

const OPENAI_COMPAT: Partial<OpenAiChatCompat> = {
  maxTokensField: 'max_completion_tokens',
  parallelToolCalls: true,
  strict: true,
  maxTools: 128,
  pdf: 'file',
  textToolCalls: false,
};

/**
 * Models of a vendor's own behind Anthropic's format. Most of what Claude Code sends beyond the plain
 * API concerns Anthropic alone: it is refused, or worse, read as a part of the prompt.
 *
 * - System messages inside of the conversation: refused by MiniMax (MiniMax-AI/MiniMax-M2.7#43),
 *   DeepSeek (agentclientprotocol/claude-agent-acp#720), Model Studio (QwenLM/Qwen#2244), Ollama
 *   (ollama/ollama#16372) and vLLM up to 0.20 (vllm-project/vllm#44000); later ones put them where
 *   chat templates don't expect any (vllm-project/vllm#48874).
 * - Anthropic's own tools: refused by MiniMax (ding113/claude-code-hub#1262) and vLLM
 *   (vllm-project/vllm#46790).
 * - Tool search: `tool_addition` is refused by vLLM (vllm-project/vllm#57324).
 * - `anthropic-beta` is ignored by DeepSeek (api-docs.deepseek.com/guides/anthropic_api), and some
 *   betas make MiniMax refuse requests with tools (NousResearch/hermes-agent, anthropic_adapter.py).
 * - `context_management` is ignored by MiniMax (platform.minimax.io/docs, "Compatible Anthropic API");
 *   Claude Code's own `clear_thinking` with `keep: "all"` changes nothing anywhere.
 */
const OWN_MODELS: Partial<Compat> = {
  signatures: 'ignored',
  systemMessages: 'reminders',
  outputFormat: false,
  toolSearch: false,
  serverTools: false,
  documents: false,
  betas: false,
  withoutFields: ['context_management', 'safeguards'],
};

/** https://docs.z.ai/guides/capabilities/thinking-mode and "Tool Streaming Output". */
const GLM_COMPAT: Partial<Compat> = {
  // GLM-5 takes adaptive thinking with an effort; older ones ignore it (NousResearch/hermes-agent#91006).
  ...OWN_MODELS,
  thinking: 'thinking',
  thinkingFields: { clear_thinking: false },
  reasoningReplay: 'reasoning_content',
  toolStream: true,
  // The API reference lists a single stop string, and `auto` as the only tool_choice.
  stopLimit: 1,
  forcedToolChoice: 'never',
  responseFormat: 'json_object',
  // https://docs.bigmodel.cn/cn/guide/tools/web-search, "Web Search in Chat".
  webSearch: 'web_search_tool',
  searchEngine: 'search_pro',
};

const GLM_MODELS: readonly ModelCompat[] = [
  { match: /^glm-5\.[3-9]/i, compat: { efforts: LOW_HIGH_MAX, thinkingAlwaysOn: true } },
  { match: /^glm-5/i, compat: { efforts: LOW_HIGH_MAX } },
  { match: /^glm-4(?:-|\.[0-4])/i, compat: { thinking: 'none', toolStream: false } },
];

/** Open models that other hosts serve and that can switch thinking with a boolean. */
const SWITCHABLE_MODELS =
  /qwen3(?!.*(?:coder|instruct|thinking))|qwen-(?:plus|turbo|flash|max)|glm-(?:4\.[5-9]|5)|deepseek-v(?:3\.[1-9]|4)|hunyuan-a13b|kimi-k2\.[5-9]/i;

/** Models of Mistral, whose rules also hold behind other hosts (openclaw/openclaw#57672). */
const MISTRAL_MODELS: ModelCompat = {
  match: /mistral|mixtral|devstral|codestral|magistral|pixtral/i,
  compat: { toolIds: 'nine-alphanumeric', userAfterTools: false },
};

/** Models behind OpenRouter whose reasoning "is mandatory and cannot be disabled". */
const MANDATORY_REASONING =
  /gpt-oss|openai\/(?:o\d|gpt-5(?:-|$))|gemini-(?:2\.5-pro|3)|grok-4|deepseek-r1|minimax-m|kimi-k2-thinking|:thinking$|qwq/i;

/**
 * THE TABLE: every provider that a route can name. A row has both wire formats where the vendor
 * documents both; the route's `wire` picks. Nothing outside of this folder knows a vendor.
 */
export const PROVIDERS: readonly ProviderSpec[] = [
  {
    // https://docs.anthropic.com/en/api/overview
    name: 'anthropic',
    label: 'Anthropic',
    keyVariable: 'ANTHROPIC_API_KEY',
    keyURL: 'https://console.anthropic.com/settings/keys',
    defaultWire: 'anthropic-messages',
    defaultWireReason: 'it is the original; the OpenAI form drops caching, thinking and PDF files',
    acceptsClientCredential: true,
    endpoints: {
      'anthropic-messages': { baseURL: 'https://api.anthropic.com', auth: 'x-api-key' },
      'openai-chat': { baseURL: 'https://api.anthropic.com/v1', auth: 'bearer' },
    },
    // https://platform.claude.com/docs/en/build-with-claude/extended-thinking
    compat: {
      signatures: 'checked',
      attribution: true,
      clampMaxTokens: false,
      textToolCalls: false,
      learns: 'signatures',
    },
  },
  {
    // https://platform.minimaxi.com/docs/api-reference/text-anthropic-api
    name: 'minimax',
    label: 'MiniMax',
    keyVariable: 'MINIMAX_API_KEY',
    keyURL: 'https://platform.minimaxi.com/user-center/basic-information/interface-key',
    exampleModel: 'MiniMax-M2.5',
    defaultWire: 'anthropic-messages',
    defaultWireReason: 'the vendor recommends it, and thinking blocks survive between tool calls',
    endpoints: {
      'anthropic-messages': {
        baseURL: 'https://api.minimaxi.com/anthropic',
        alternateBaseURLs: ['https://api.minimax.io/anthropic'],
        auth: 'bearer',
      },
      'openai-chat': {
        baseURL: 'https://api.minimaxi.com/v1',
        alternateBaseURLs: ['https://api.minimax.io/v1'],
        auth: 'bearer',
      },
    },
    compat: {
      // It takes signed thinking back as it is, and documents adaptive thinking
      // (NousResearch/hermes-agent#85251, measured).
      ...OWN_MODELS,
      // With reasoning_split the thinking comes apart from the text, in reasoning_details.
      extraBody: { reasoning_split: true },
      maxTokensField: 'max_completion_tokens',
      reasoningReplay: 'reasoning_details',
      thinkTags: true,
      responseFormat: 'none',
    },
  },
  {
    // https://api-docs.deepseek.com/guides/anthropic_api and /guides/thinking_mode
    name: 'deepseek',
    label: 'DeepSeek',
    keyVariable: 'DEEPSEEK_API_KEY',
    keyURL: 'https://platform.deepseek.com/api_keys',
    exampleModel: 'deepseek-v4-flash',
    defaultWire: 'anthropic-messages',
    defaultWireReason: 'nothing is lost in translation, and thinking comes back unchanged',
    endpoints: {
      'anthropic-messages': { baseURL: 'https://api.deepseek.com/anthropic', auth: 'x-api-key' },
      'openai-chat': {
        baseURL: 'https://api.deepseek.com',
        alternateBaseURLs: ['https://api.deepseek.com/v1', 'https://api.deepseek.com/beta'],
        auth: 'bearer',
      },
    },
    compat: {
      // Tool calls without their thinking are a 400, unsigned thinking is none
      // (NousResearch/hermes-agent#17510); thinking takes any type, output_config an effort only.
      ...OWN_MODELS,
      effortWithoutThinking: false,
      thinking: 'thinking',
      efforts: LOW_HIGH_MAX,
      reasoningReplay: 'reasoning_content',
      reasoningRequired: 'all',
      forcedToolChoice: 'without-thinking',
      responseFormat: 'json_object',
    },
    modelCompat: [
      // R1 takes neither a switch nor its old reasoning (reasoning model guide).
      {
        match: /deepseek-r1/i,
        compat: { thinking: 'none', reasoningReplay: 'never', reasoningRequired: 'never' },
      },
    ],
  },
  {
    // https://openrouter.ai/docs/api-reference/overview
    name: 'openrouter',
    label: 'OpenRouter',
    keyVariable: 'OPENROUTER_API_KEY',
    keyURL: 'https://openrouter.ai/settings/keys',
    exampleModel: 'openai/gpt-4o',
    defaultWire: 'openai-chat',
    defaultWireReason: 'the Anthropic address is only guaranteed for models of Anthropic',
    endpoints: {
      'openai-chat': { baseURL: 'https://openrouter.ai/api/v1', auth: 'bearer' },
      'anthropic-messages': { baseURL: 'https://openrouter.ai/api', auth: 'bearer' },
    },
    headers: { 'x-title': 'cc-route' },
    compat: {
      thinking: 'reasoning',
      efforts: nearestEfforts('low', 'medium', 'high', 'xhigh'),
      reasoningReplay: 'reasoning_details',
      topK: true,
      parallelToolCalls: true,
      pdf: 'file',
      webSearch: 'plugin',
      sessionField: 'session_id',
    },
    modelCompat: [
      { match: /^~?anthropic\//, compat: { cacheControl: true, signatures: 'checked' } },
      { match: MANDATORY_REASONING, compat: { thinkingAlwaysOn: true } },
      MISTRAL_MODELS,
    ],
  },
  {
    // https://docs.siliconflow.cn/cn/api-reference/chat-completions/chat-completions
    name: 'siliconflow',
    label: 'SiliconFlow',
    keyVariable: 'SILICONFLOW_API_KEY',
    keyURL: 'https://cloud.siliconflow.cn/account/ak',
    exampleModel: 'zai-org/GLM-4.6',
    defaultWire: 'openai-chat',
    defaultWireReason: 'it covers every model; the Anthropic address covers some',
    endpoints: {
      'openai-chat': {
        baseURL: 'https://api.siliconflow.cn/v1',
        alternateBaseURLs: ['https://api.siliconflow.com/v1'],
        auth: 'bearer',
      },
      'anthropic-messages': {
        baseURL: 'https://api.siliconflow.cn',
        alternateBaseURLs: ['https://api.siliconflow.com'],
        auth: 'bearer',
      },
    },
    compat: { topK: true, responseFormat: 'json_object', reasoningReplay: 'reasoning_content' },
    modelCompat: [
      { match: SWITCHABLE_MODELS, compat: { thinking: 'enable_thinking' } },
      { match: /deepseek-r1/i, compat: { reasoningReplay: 'never' } },
    ],
  },
  {
    // https://platform.openai.com/docs/api-reference/chat
    name: 'openai',
    label: 'OpenAI',
    keyVariable: 'OPENAI_API_KEY',
    keyURL: 'https://platform.openai.com/api-keys',
    exampleModel: 'gpt-5-mini',
    defaultWire: 'openai-chat',
    endpoints: { 'openai-chat': { baseURL: 'https://api.openai.com/v1', auth: 'bearer' } },
    compat: { ...OPENAI_COMPAT, sessionField: 'prompt_cache_key' },
    modelCompat: OPENAI_MODELS,
  },
  {
    // https://console.groq.com/docs/openai and /docs/reasoning
    name: 'groq',
    label: 'Groq',
    keyVariable: 'GROQ_API_KEY',
    keyURL: 'https://console.groq.com/keys',
    exampleModel: 'openai/gpt-oss-120b',
    defaultWire: 'openai-chat',
    endpoints: { 'openai-chat': { baseURL: 'https://api.groq.com/openai/v1', auth: 'bearer' } },
    compat: {
      maxTokensField: 'max_completion_tokens',
      parallelToolCalls: true,
      maxTools: 128,
      responseFormat: 'json_object',
      formatExcludes: 'tools-and-streams',
    },
    modelCompat: [
      // https://console.groq.com/docs/compound: searches by itself and takes no tools.
      { match: /compound/, compat: { tools: false, webSearch: 'search_settings' } },
      {
        match: /gpt-oss/,
        compat: {
          thinking: 'reasoning_effort',
          efforts: LOW_MEDIUM_HIGH,
          responseFormat: 'json_schema',
        },
      },
      {
        // Anything but `none` and `default` is a 400.
        match: /qwen3|qwen\/qwen/,
        compat: {
          thinking: 'reasoning_effort',
          efforts: {
            low: 'default',
            medium: 'default',
            high: 'default',
            xhigh: 'default',
            max: 'default',
          },
          effortOff: 'none',
          extraBody: { reasoning_format: 'parsed' },
        },
      },
      { match: /deepseek-r1|qwq/, compat: { extraBody: { reasoning_format: 'parsed' } } },
    ],
  },
  {
    // https://docs.together.ai/docs/openai-api-compatibility
    name: 'together',
    label: 'Together AI',
    keyVariable: 'TOGETHER_API_KEY',
    keyURL: 'https://api.together.ai/settings/api-keys',
    defaultWire: 'openai-chat',
    endpoints: {
      'openai-chat': {
        baseURL: 'https://api.together.xyz/v1',
        alternateBaseURLs: ['https://api.together.ai/v1'],
        auth: 'bearer',
      },
    },
    compat: { topK: true },
    modelCompat: [
      {
        match: /gpt-oss/i,
        compat: { thinking: 'reasoning_effort', efforts: LOW_MEDIUM_HIGH },
      },
      { match: SWITCHABLE_MODELS, compat: { thinking: 'reasoning' } },
    ],
  },
  {
    // https://docs.fireworks.ai/api-reference/post-chatcompletions
    name: 'fireworks',
    label: 'Fireworks AI',
    keyVariable: 'FIREWORKS_API_KEY',
    keyURL: 'https://app.fireworks.ai/settings/users/api-keys',
    defaultWire: 'openai-chat',
    defaultWireReason: 'it covers every model and every parameter of the service',
    endpoints: {
      'openai-chat': { baseURL: 'https://api.fireworks.ai/inference/v1', auth: 'bearer' },
      'anthropic-messages': { baseURL: 'https://api.fireworks.ai/inference', auth: 'bearer' },
    },
    compat: { topK: true, alwaysStream: true, reasoningReplay: 'reasoning_content' },
    modelCompat: [
      {
        match: /gpt-oss/,
        compat: {
          thinking: 'reasoning_effort',
          efforts: LOW_MEDIUM_HIGH,
          reasoningReplay: 'never',
        },
      },
      {
        match: /deepseek-v(?:3p[1-9]|4)|glm-(?:4p[5-9]|5)|qwen3|kimi-k2p[5-9]/,
        compat: {
          thinking: 'reasoning_effort',
          efforts: LOW_MEDIUM_HIGH,
          effortOff: 'none',
        },
      },
    ],
  },
  {
    // https://docs.perplexity.ai/api-reference/chat-completions-post
    name: 'perplexity',
    label: 'Perplexity',
    keyVariable: 'PERPLEXITY_API_KEY',
    keyURL: 'https://www.perplexity.ai/account/api/keys',
    exampleModel: 'sonar',
    defaultWire: 'openai-chat',
    endpoints: { 'openai-chat': { baseURL: 'https://api.perplexity.ai', auth: 'bearer' } },
    compat: {
      tools: false,
      topK: true,
      stopLimit: 0,
      streamUsage: false,
      pdf: 'file_url',
      thinkTags: true,
      webSearch: 'search_domain_filter',
      citations: true,
    },
    modelCompat: [
      {
        match: /reasoning|deep-research/,
        compat: { thinking: 'reasoning_effort', efforts: LOW_MEDIUM_HIGH },
      },
    ],
  },
  {
    // https://platform.moonshot.cn/docs/api/chat and /docs/guide/agent-support
    name: 'kimi',
    label: 'Kimi',
    keyVariable: 'MOONSHOT_API_KEY',
    keyURL: 'https://platform.moonshot.cn/console/api-keys',
    exampleModel: 'kimi-k2.5',
    defaultWire: 'openai-chat',
    defaultWireReason: 'its errors, caching and model list are documented there first',
    endpoints: {
      'openai-chat': {
        baseURL: 'https://api.moonshot.cn/v1',
        alternateBaseURLs: ['https://api.moonshot.ai/v1'],
        auth: 'bearer',
        // API reference, "Estimate tokens": the request has the form of a chat completion.
        tokenCount: { path: 'tokenizers/estimate-token-count', count: ['data', 'total_tokens'] },
      },
      'anthropic-messages': {
        baseURL: 'https://api.moonshot.cn/anthropic',
        alternateBaseURLs: ['https://api.moonshot.ai/anthropic'],
        auth: 'bearer',
      },
    },
    compat: {
      // Adaptive thinking with an effort, and thinking back as it is (anomalyco/opencode#37696,
      // NousResearch/hermes-agent#67606).
      ...OWN_MODELS,
      sampling: 'fixed',
      reasoningReplay: 'reasoning_content',
      reasoningRequired: 'tool-calls',
      forcedToolChoice: 'without-thinking',
      schemaDialect: 'mfjs',
      imageURLs: false,
      prefill: 'partial',
      webSearch: 'builtin_function',
      sessionField: 'prompt_cache_key',
    },
    modelCompat: [
      {
        match: /kimi-k3/,
        compat: {
          thinking: 'reasoning_effort',
          efforts: LOW_HIGH_MAX,
          thinkingAlwaysOn: true,
          webSearch: 'none',
        },
      },
      {
        match: /kimi-k2\.[7-9].*code/,
        compat: { thinking: 'thinking', thinkingAlwaysOn: true, webSearch: 'none' },
      },
      {
        match: /kimi-k2\.[67]/,
        compat: { thinking: 'thinking', thinkingFields: { keep: 'all' } },
      },
      { match: /kimi-k2\.5|kimi-latest/, compat: { thinking: 'thinking' } },
    ],
  },
  {
    // https://docs.bigmodel.cn/api-reference
    name: 'glm',
    label: 'Zhipu GLM',
    keyVariable: 'ZHIPU_API_KEY',
    keyURL: 'https://open.bigmodel.cn/usercenter/apikeys',
    exampleModel: 'glm-5',
    defaultWire: 'openai-chat',
    defaultWireReason: 'every key works there; the Anthropic address is for coding plans',
    endpoints: {
      'openai-chat': {
        baseURL: 'https://open.bigmodel.cn/api/paas/v4',
        alternateBaseURLs: ['https://open.bigmodel.cn/api/coding/paas/v4'],
        auth: 'bearer',
      },
      'anthropic-messages': { baseURL: 'https://open.bigmodel.cn/api/anthropic', auth: 'bearer' },
    },
    compat: GLM_COMPAT,
    modelCompat: GLM_MODELS,
  },
  {
    // https://learn.microsoft.com/azure/ai-foundry/openai/reference
    name: 'azure_openai',
    label: 'Azure OpenAI',
    keyVariable: 'AZURE_OPENAI_API_KEY',
    keyURL: 'https://portal.azure.com',
    defaultWire: 'openai-chat',
    endpoints: {
      'openai-chat': {
        auth: 'api-key',
        paths: [
          { match: /\/openai\/v1$/, path: '/chat/completions' },
          {
            match: /\/openai\/deployments\/[^/]+$/,
            path: '/chat/completions',
            apiVersion: '2024-10-21',
          },
          {
            match: /\/openai$/,
            path: '/deployments/{model}/chat/completions',
            apiVersion: '2024-10-21',
          },
          {
            match: /^/,
            path: '/openai/deployments/{model}/chat/completions',
            apiVersion: '2024-10-21',
          },
        ],
      },
    },
    compat: OPENAI_COMPAT,
    modelCompat: OPENAI_MODELS,
  },
  {
    // https://docs.mistral.ai/api
    name: 'mistral',
    label: 'Mistral',
    keyVariable: 'MISTRAL_API_KEY',
    keyURL: 'https://console.mistral.ai/api-keys',
    exampleModel: 'mistral-large-latest',
    defaultWire: 'openai-chat',
    endpoints: { 'openai-chat': { baseURL: 'https://api.mistral.ai/v1', auth: 'bearer' } },
    compat: {
      streamUsage: false,
      ...MISTRAL_MODELS.compat,
      parallelToolCalls: true,
      nullContent: false,
      pdf: 'document_url',
      prefill: 'prefix',
    },
    modelCompat: [
      {
        // https://docs.mistral.ai/capabilities/reasoning: on or off, nothing between.
        match: /mistral-small-(?:latest|2603)/,
        compat: {
          thinking: 'reasoning_effort',
          efforts: nearestEfforts('high'),
          effortOff: 'none',
        },
      },
    ],
  },
  {
    // https://docs.x.ai/docs/api-reference and /docs/guides/reasoning
    name: 'xai',
    label: 'xAI',
    keyVariable: 'XAI_API_KEY',
    keyURL: 'https://console.x.ai',
    exampleModel: 'grok-4',
    defaultWire: 'openai-chat',
    endpoints: { 'openai-chat': { baseURL: 'https://api.x.ai/v1', auth: 'bearer' } },
    compat: {
      maxTokensField: 'max_completion_tokens',
      parallelToolCalls: true,
      maxTools: 128,
      textToolCalls: false,
    },
    modelCompat: [
      {
        match: /grok-3-mini/,
        compat: {
          thinking: 'reasoning_effort',
          efforts: nearestEfforts('low', 'high'),
          stopLimit: 0,
        },
      },
      { match: /non-reasoning/, compat: {} },
      // Reasoning models reject `stop`.
      { match: /grok-(?:[4-9]|code)/, compat: { stopLimit: 0 } },
    ],
  },
  {
    // https://ai.google.dev/gemini-api/docs/openai
    name: 'gemini',
    label: 'Google Gemini',
    keyVariable: 'GEMINI_API_KEY',
    keyURL: 'https://aistudio.google.com/apikey',
    exampleModel: 'gemini-2.5-flash',
    defaultWire: 'openai-chat',
    endpoints: {
      'openai-chat': {
        baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai',
        auth: 'bearer',
      },
    },
    compat: {
      thinking: 'reasoning_effort',
      efforts: LOW_MEDIUM_HIGH,
      thoughtSignatures: true,
      schemaDialect: 'gemini',
      formatExcludes: 'tools',
      imageURLs: false,
      nullContent: false,
      textToolCalls: false,
    },
    modelCompat: [
      { match: /gemini-(?:1|2\.0)/, compat: { thinking: 'none' } },
      { match: /gemini-[3-9]/, compat: { lostSignature: 'skip_thought_signature_validator' } },
      // Only the smaller models of 2.5 can do without thinking.
      { match: /gemini-2\.5-flash/, compat: { effortOff: 'none' } },
    ],
  },
  {
    // https://docs.z.ai/api-reference/introduction
    name: 'zai',
    label: 'Z.ai',
    keyVariable: 'ZAI_API_KEY',
    keyURL: 'https://z.ai/manage-apikey/apikey-list',
    exampleModel: 'glm-5',
    defaultWire: 'openai-chat',
    defaultWireReason: 'every key works there; the Anthropic address is for coding plans',
    endpoints: {
      'openai-chat': {
        baseURL: 'https://api.z.ai/api/paas/v4',
        alternateBaseURLs: ['https://api.z.ai/api/coding/paas/v4'],
        auth: 'bearer',
      },
      'anthropic-messages': { baseURL: 'https://api.z.ai/api/anthropic', auth: 'bearer' },
    },
    compat: { ...GLM_COMPAT, searchEngine: 'search_pro_jina' },
    modelCompat: GLM_MODELS,
  },
  {
    // https://help.aliyun.com/zh/model-studio/compatibility-of-openai-with-dashscope
    name: 'dashscope',
    label: 'Alibaba Model Studio',
    keyVariable: 'DASHSCOPE_API_KEY',
    keyURL: 'https://bailian.console.aliyun.com/?tab=model#/api-key',
    exampleModel: 'qwen3-coder-plus',
    defaultWire: 'openai-chat',
    defaultWireReason: 'it covers every model; the Anthropic address covers some',
    endpoints: {
      'openai-chat': {
        baseURL: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
        alternateBaseURLs: ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1'],
        auth: 'bearer',
      },
      'anthropic-messages': {
        baseURL: 'https://dashscope.aliyuncs.com/apps/anthropic',
        alternateBaseURLs: ['https://dashscope-intl.aliyuncs.com/apps/anthropic'],
        auth: 'x-api-key',
      },
    },
    compat: {
      // Thinking is "enabled" with a budget or "disabled" (help.aliyun.com, "anthropic-api-messages");
      // Qwen refuses the adaptive form (routatic/proxy#171).
      ...OWN_MODELS,
      thinkingConfig: 'budget',
      alwaysStream: true,
      topK: true,
      parallelToolCalls: true,
      forcedToolChoice: 'without-thinking',
      // "Web search" of the same guide; its OpenAI form doesn't list the sources.
      webSearch: 'enable_search',
      responseFormat: 'json_object',
    },
    modelCompat: [{ match: SWITCHABLE_MODELS, compat: { thinking: 'enable_thinking' } }],
  },
  {
    // https://inference-docs.cerebras.ai/api-reference/chat-completions
    name: 'cerebras',
    label: 'Cerebras',
    keyVariable: 'CEREBRAS_API_KEY',
    keyURL: 'https://cloud.cerebras.ai',
    exampleModel: 'gpt-oss-120b',
    defaultWire: 'openai-chat',
    endpoints: { 'openai-chat': { baseURL: 'https://api.cerebras.ai/v1', auth: 'bearer' } },
    compat: {
      maxTokensField: 'max_completion_tokens',
      parallelToolCalls: true,
      emptyErrorIsOverflow: true,
      formatExcludes: 'tools',
    },
    modelCompat: [
      { match: /gpt-oss/, compat: { thinking: 'reasoning_effort', efforts: LOW_MEDIUM_HIGH } },
    ],
  },
  {
    // https://docs.ollama.com/openai
    name: 'ollama',
    label: 'Ollama',
    defaultWire: 'openai-chat',
    defaultWireReason: 'every version has it; the Anthropic address came with 0.14',
    endpoints: {
      'openai-chat': { baseURL: 'http://127.0.0.1:11434/v1', auth: 'bearer' },
      'anthropic-messages': { baseURL: 'http://127.0.0.1:11434', auth: 'bearer' },
    },
    compat: {
      // Only "enabled" switches thinking on (docs.ollama.com/api/anthropic-compatibility).
      ...OWN_MODELS,
      thinkingConfig: 'budget',
      imageURLs: false,
      reasoningReplay: 'reasoning',
    },
    modelCompat: [
      { match: /gpt-oss/, compat: { thinking: 'reasoning_effort', efforts: LOW_MEDIUM_HIGH } },
    ],
  },
  {
    // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    name: 'vllm',
    label: 'vLLM',
    defaultWire: 'openai-chat',
    defaultWireReason: 'every version has it, and its errors tell the context length',
    endpoints: {
      'openai-chat': {
        baseURL: 'http://127.0.0.1:8000/v1',
        auth: 'bearer',
        // "Tokenizer API"; it stands beside /v1, and takes messages and tools.
        tokenCount: { path: '../tokenize', count: ['count'] },
      },
      'anthropic-messages': { baseURL: 'http://127.0.0.1:8000', auth: 'bearer' },
    },
    compat: {
      ...OWN_MODELS,
      topK: true,
      parallelToolCalls: true,
    },
    modelCompat: [
      { match: /gpt-oss/, compat: { thinking: 'reasoning_effort', efforts: LOW_MEDIUM_HIGH } },
      MISTRAL_MODELS,
    ],
  },
  {
    // https://lmstudio.ai/docs/developer/openai-compat
    name: 'lmstudio',
    label: 'LM Studio',
    defaultWire: 'openai-chat',
    defaultWireReason: 'every version has it; the Anthropic address came with 0.4',
    endpoints: {
      'openai-chat': { baseURL: 'http://127.0.0.1:1234/v1', auth: 'bearer' },
      'anthropic-messages': { baseURL: 'http://127.0.0.1:1234', auth: 'bearer' },
    },
    compat: {
      ...OWN_MODELS,
      topK: true,
      imageURLs: false,
    },
    modelCompat: [
      { match: /gpt-oss/, compat: { thinking: 'reasoning_effort', efforts: LOW_MEDIUM_HIGH } },
      MISTRAL_MODELS,
    ],
  },
  {
    // `.invalid` never resolves (RFC 6761, section 6.4): nothing can leave the process by mistake.
    name: 'echo',
    label: 'Echo',
    defaultWire: 'anthropic-messages',
    defaultWireReason: 'it is the shorter way; both prove their part of an installation',
    builtIn: true,
    endpoints: {
      'anthropic-messages': { baseURL: 'http://echo.invalid', auth: 'none' },
      'openai-chat': { baseURL: 'http://echo.invalid/v1', auth: 'none' },
    },
  },
];

/** The preset of that name. */
export function findProvider(name: string): ProviderSpec | undefined {
  return PROVIDERS.find((provider) => provider.name === name);
}

/**
 * The provider that has an address of the same origin, so that a route with nothing but a
 * `baseURL` still gets the vendor's flags. Scheme, host and port must all match.
 */
export function providerForBaseURL(url: string): ProviderSpec | undefined {
  const origin = originOf(url);
  if (origin === null) return undefined;
  return PROVIDERS.find((provider) =>
    Object.values(provider.endpoints).some((endpoint) =>
      [endpoint.baseURL, ...(endpoint.alternateBaseURLs ?? [])].some(
        (address) => address !== undefined && originOf(address) === origin,
      ),
    ),
  );
}

/**
 * A row for an address that no preset knows, named by its host. `Authorization: Bearer` is what
 * servers of both formats take, and what Claude Code itself sends to a gateway.
 */
export function customProvider(baseURL: string): ProviderSpec {
  const host = URL.canParse(baseURL) ? new URL(baseURL).host : baseURL;
  return {
    name: host,
    label: host,
    defaultWire: 'openai-chat',
    endpoints: {
      'openai-chat': { baseURL, auth: 'bearer' },
      'anthropic-messages': { baseURL, auth: 'bearer' },
    },
  };
}

/** The names of this machine are one. */
function originOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  return new URL(url).origin.replace(/\/\/(?:localhost|\[::1\])(?=:|$)/, '//127.0.0.1');
}
