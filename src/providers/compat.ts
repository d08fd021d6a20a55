import { DEFAULT_ANTHROPIC_COMPAT } from './anthropic-compat.ts';
import type { Compat, ProviderSpec } from './spec.ts';

/** Both formats as a server without any known deviation speaks them. */
export const DEFAULT_COMPAT: Compat = {
  maxTokensField: 'max_tokens',
  streamUsage: true,
  alwaysStream: false,
  thinking: 'none',
  efforts: null,
  effortOff: null,
  effortWithTools: null,
  thinkingAlwaysOn: false,
  thinkingFields: {},
  reasoningReplay: 'never',
  reasoningRequired: 'never',
  thinkTags: false,
  thoughtSignatures: false,
  lostSignature: null,
  sampling: 'any',
  topK: false,
  stopLimit: 4,
  forcedToolChoice: 'always',
  parallelToolCalls: false,
  tools: true,
  maxTools: null,
  strict: false,
  responseFormat: 'json_schema',
  formatExcludes: 'nothing',
  userAfterTools: true,
  toolIds: 'any',
  schemaDialect: 'json-schema',
  toolStream: false,
  textToolCalls: true,
  systemRole: 'system',
  nullContent: true,
  imageURLs: true,
  pdf: 'none',
  cacheControl: false,
  prefill: 'none',
  webSearch: 'none',
  searchEngine: '',
  citations: false,
  sessionField: 'none',
  emptyErrorIsOverflow: false,
  passFields: [],
  extraBody: {},
  ...DEFAULT_ANTHROPIC_COMPAT,
};

/**
 * The flags in force for one model: the defaults, then the provider's row, then the first matching
 * model row, then what the route says.
 */
export function resolveCompat(
  provider: ProviderSpec,
  model: string,
  route: Partial<Compat> = {},
): Compat {
  const forModel = provider.modelCompat?.find((row) => row.match.test(model))?.compat;
  return { ...DEFAULT_COMPAT, ...provider.compat, ...forModel, ...route };
}
