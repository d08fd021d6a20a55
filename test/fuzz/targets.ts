import { PROVIDERS } from '../../src/providers/catalog.ts';
import { resolveCompat } from '../../src/providers/compat.ts';
import { modelFacts } from '../../src/providers/models.ts';
import type { Compat, WireName } from '../../src/providers/spec.ts';
import type { Target } from '../../src/providers/target.ts';
import type { Random } from '../support/random.ts';

/** Models whose rows in the catalog differ from their provider's own. */
const MODELS = [
  'some-model',
  'gpt-4.1',
  'gpt-5.6',
  'o3',
  'deepseek-v4-pro',
  'deepseek-r1',
  'kimi-k2.6',
  'kimi-k3',
  'glm-5.3',
  'qwen3-32b',
  'openai/gpt-oss-120b',
  'anthropic/claude-sonnet-5',
  'mistral-large-2512',
  'gemini-3-pro',
  'sonar',
];

/** Any provider that speaks the format, with any model. */
export function someTarget(random: Random, wire: WireName, compat: Partial<Compat> = {}): Target {
  const provider = random.pick(PROVIDERS.filter((one) => one.endpoints[wire] !== undefined));
  const model = random.pick(MODELS);
  return {
    route: 'fuzz',
    provider,
    wire,
    baseURL: provider.endpoints[wire]?.baseURL ?? 'https://upstream.test/v1',
    model,
    credential: { kind: 'none' },
    headers: {},
    facts: modelFacts(model),
    compat: resolveCompat(provider, model, compat),
  };
}
