import { describe, expect, test } from 'bun:test';
import {
  customProvider,
  findProvider,
  providerForBaseURL,
  PROVIDERS,
} from '../../src/providers/catalog.ts';
import { DEFAULT_COMPAT, resolveCompat } from '../../src/providers/compat.ts';
import { modelFacts, MODELS } from '../../src/providers/models.ts';
import { COMPAT_CHOICES, EFFORTS, WIRE_NAMES } from '../../src/providers/spec.ts';

const PRESETS = [
  'anthropic',
  'minimax',
  'deepseek',
  'openrouter',
  'siliconflow',
  'openai',
  'groq',
  'together',
  'fireworks',
  'perplexity',
  'kimi',
  'glm',
  'azure_openai',
  'mistral',
  'xai',
  'gemini',
  'zai',
  'dashscope',
  'cerebras',
  'ollama',
  'vllm',
  'lmstudio',
  'echo',
];
const KEYLESS = new Set(['ollama', 'vllm', 'lmstudio', 'echo']);
const ANTHROPIC_BY_DEFAULT = new Set(['anthropic', 'minimax', 'deepseek', 'echo']);

test('every preset is there, once', () => {
  expect(PROVIDERS.map((provider) => provider.name).toSorted()).toEqual(PRESETS.toSorted());
});

describe('every row is complete and sane', () => {
  for (const provider of PROVIDERS) {
    test(provider.name, () => {
      const wires = WIRE_NAMES.filter((wire) => provider.endpoints[wire] !== undefined);
      expect(provider.name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(provider.label).not.toBe('');
      expect(wires).toContain(provider.defaultWire);
      expect(provider.defaultWire).toBe(
        ANTHROPIC_BY_DEFAULT.has(provider.name) ? 'anthropic-messages' : 'openai-chat',
      );
      expect(provider.defaultWireReason === undefined).toBe(wires.length === 1);
      expect(provider.keyVariable === undefined).toBe(KEYLESS.has(provider.name));
      expect(provider.keyURL === undefined).toBe(KEYLESS.has(provider.name));
      if (provider.keyVariable !== undefined)
        expect(provider.keyVariable).toMatch(/^[A-Z][A-Z_]+_API_KEY$/);
      if (provider.keyURL !== undefined) expect(new URL(provider.keyURL).protocol).toBe('https:');
      for (const wire of wires) {
        const endpoint = provider.endpoints[wire]!;
        if (provider.name !== 'azure_openai') expect(endpoint.baseURL).toBeString();
        for (const address of [endpoint.baseURL, ...(endpoint.alternateBaseURLs ?? [])]) {
          if (address === undefined) continue;
          const { protocol, hostname, search } = new URL(address);
          expect(address).not.toEndWith('/');
          expect(address).not.toEndWith('/chat/completions');
          expect(search).toBe('');
          const local = hostname === '127.0.0.1' || hostname.endsWith('.invalid');
          expect(protocol).toBe(local ? 'http:' : 'https:');
        }
        expect(endpoint.auth === 'none').toBe(provider.builtIn === true);
      }
    });
  }

  test('only Anthropic may see a credential of the client', () => {
    const names = PROVIDERS.filter((one) => one.acceptsClientCredential === true).map(
      (one) => one.name,
    );
    expect(names).toEqual(['anthropic']);
  });

  test('only echo is answered in the process', () => {
    expect(PROVIDERS.filter((one) => one.builtIn === true).map((one) => one.name)).toEqual([
      'echo',
    ]);
  });

  test('key variables are told apart, labels too', () => {
    const variables = PROVIDERS.flatMap((one) => one.keyVariable ?? []);
    expect(new Set(variables).size).toBe(variables.length);
    expect(new Set(PROVIDERS.map((one) => one.label)).size).toBe(PROVIDERS.length);
  });

  test('every flag has a value that its type knows', () => {
    const choices: Record<string, readonly string[]> = COMPAT_CHOICES;
    const rows = PROVIDERS.flatMap((one) => [
      one.compat ?? {},
      ...(one.modelCompat ?? []).map((row) => row.compat),
    ]);
    for (const [name, value] of rows.flatMap((row) => Object.entries(row))) {
      expect(Object.keys(DEFAULT_COMPAT)).toContain(name);
      if (choices[name] !== undefined) expect(choices[name]).toContain(value as string);
      if (name === 'efforts' && value !== null)
        expect(Object.keys(value as object)).toEqual([...EFFORTS]);
    }
  });

  test('flags that need each other', () => {
    const all = PROVIDERS.flatMap((one) =>
      [{}, ...(one.modelCompat ?? []).map((row) => row.compat)].map((flags) =>
        resolveCompat({ ...one, modelCompat: [] }, '', flags),
      ),
    );
    for (const flags of all) {
      if (flags.thinking === 'reasoning_effort') expect(flags.efforts).not.toBeNull();
      if (flags.reasoningRequired !== 'never') expect(flags.reasoningReplay).not.toBe('never');
    }
  });
});

describe('finding a row', () => {
  test('by name', () => {
    expect(findProvider('groq')?.label).toBe('Groq');
    expect(findProvider('GROQ')).toBeUndefined();
  });

  test.each([
    ['https://api.deepseek.com/anything/else', 'deepseek'],
    ['https://API.DeepSeek.com', 'deepseek'],
    ['https://api.minimax.io/anthropic', 'minimax'],
    ['https://open.bigmodel.cn/api/coding/paas/v4', 'glm'],
    ['https://api.z.ai/api/paas/v4', 'zai'],
    ['http://localhost:11434/v1', 'ollama'],
    ['http://[::1]:11434/v1', 'ollama'],
    ['http://127.0.0.1:1234/v1', 'lmstudio'],
    ['http://api.deepseek.com', undefined],
    ['https://api.deepseek.com:8443', undefined],
    ['https://api.deepseek.com.evil.test', undefined],
    ['https://evil.test/api.deepseek.com', undefined],
    ['http://127.0.0.1:9999/v1', undefined],
    ['not a URL', undefined],
    ['', undefined],
  ])('by address: %s', (url, name) => expect(providerForBaseURL(url)?.name).toBe(name as string));

  test('every address leads back to its own row', () => {
    for (const provider of PROVIDERS) {
      for (const endpoint of Object.values(provider.endpoints)) {
        for (const address of [endpoint.baseURL, ...(endpoint.alternateBaseURLs ?? [])]) {
          if (address !== undefined) expect(providerForBaseURL(address)?.name).toBe(provider.name);
        }
      }
    }
  });

  test('any other address gets a row of its own', () => {
    const row = customProvider('http://10.0.0.5:8080/v1');
    expect(row).toMatchObject({ name: '10.0.0.5:8080', label: '10.0.0.5:8080' });
    expect(row.acceptsClientCredential).toBeUndefined();
    expect(row.endpoints['openai-chat']).toEqual({
      baseURL: 'http://10.0.0.5:8080/v1',
      auth: 'bearer',
    });
    expect(customProvider('').name).toBe('');
  });
});

test('flags: defaults, then provider, then the first model that matches, then the route', () => {
  const groq = findProvider('groq')!;
  expect(resolveCompat(groq, 'x').maxTokensField).toBe('max_completion_tokens');
  expect(resolveCompat(groq, 'x').thinking).toBe('none');
  expect(resolveCompat(groq, 'openai/gpt-oss-20b').thinking).toBe('reasoning_effort');
  expect(resolveCompat(groq, 'openai/gpt-oss-20b', { thinking: 'none' }).thinking).toBe('none');
  expect(resolveCompat(customProvider('http://x.test'), 'm')).toEqual(DEFAULT_COMPAT);
});

describe('models', () => {
  test.each([
    ['MiniMax-M2.5', 204_800],
    ['minimax/minimax-m2.5', 204_800],
    ['deepseek-v4-flash', 1_000_000],
    ['deepseek-chat', 128_000],
    ['glm-4.6', 200_000],
    ['zai-org/GLM-4.6', 200_000],
    ['glm-5', 200_000],
    ['kimi-k2.5', 262_144],
    ['gpt-4o', 128_000],
    ['openai/gpt-4o-mini', 128_000],
    ['gpt-5', 400_000],
    ['claude-sonnet-4-6', 200_000],
    ['gemini-2.5-pro', 1_048_576],
    ['unheard-of', undefined],
  ])('%s', (id, window) => expect(modelFacts(id).contextWindow).toBe(window as number));

  test('facts are sane', () => {
    for (const { facts } of MODELS) {
      const { contextWindow = Infinity, maxOutputTokens = 1, pricing } = facts;
      expect(maxOutputTokens).toBeLessThanOrEqual(contextWindow);
      if (pricing === undefined) continue;
      expect(pricing.output).toBeGreaterThan(pricing.input);
      expect(pricing.cacheRead ?? 0).toBeLessThan(pricing.input);
    }
  });

  test('a smaller sibling has its own row', () => {
    expect(modelFacts('gpt-4o-mini').pricing?.input).toBe(0.15);
    expect(modelFacts('gpt-4o').pricing?.input).toBe(2.5);
    expect(modelFacts('gpt-5-mini').pricing?.input).toBe(0.25);
    expect(modelFacts('gpt-5-2025-08-07').pricing?.input).toBe(1.25);
    expect(modelFacts('gpt-5.4').pricing).toBeUndefined();
    expect(modelFacts('claude-opus-4-1').pricing?.input).toBe(15);
    expect(modelFacts('claude-opus-4-8').pricing?.input).toBe(5);
    expect(modelFacts('claude-sonnet-4-6').vision).toBe(true);
  });
});
