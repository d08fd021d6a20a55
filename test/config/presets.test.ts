import { describe, expect, test } from 'bun:test';
import { PROVIDERS } from '../../src/providers/catalog.ts';
import type { ProviderSpec } from '../../src/providers/spec.ts';
import { failureOf, loadFrom, makeHome } from './support.ts';

const home = makeHome();

const chat = (baseURL?: string) => ({
  'openai-chat': { auth: 'bearer' as const, ...(baseURL === undefined ? {} : { baseURL }) },
});
const providers: readonly ProviderSpec[] = [
  { name: 'groq', label: 'Groq', defaultWire: 'openai-chat', endpoints: chat('https://groq.test') },
  { name: 'azure', label: 'Azure', defaultWire: 'openai-chat', endpoints: chat() },
  { name: 'echo', label: 'Echo', defaultWire: 'anthropic-messages', endpoints: {}, builtIn: true },
];

const load = (m: object) => loadFrom(home, { modelRoutes: { m } }, {}, { providers });
const messageOf = async (m: object) => (await failureOf(load(m))).message.split('  ')[1];

describe('presets', () => {
  test.each([
    ['grok', 'unknown preset "grok"; did you mean "groq"?'],
    ['GROQ', 'unknown preset "GROQ"; did you mean "groq"?'],
    ['vertex', 'unknown preset "vertex"; expected one of groq, azure, echo'],
    ['x'.repeat(300), 'unknown preset; expected one of groq, azure, echo'],
    [3, 'expected a string, found a number'],
  ])('%p', async (preset, expected) => {
    expect(await messageOf({ preset })).toBe(`modelRoutes.m.preset: ${expected}`);
  });

  test('one without an address of its own', async () => {
    expect(await messageOf({ preset: 'azure' })).toBe(
      'modelRoutes.m: the preset "azure" needs a baseURL, as each account has its own',
    );
    const { routes } = await load({ preset: 'azure', baseURL: 'https://mine.azure.test/openai' });
    expect(routes[0]).toMatchObject({ preset: 'azure', baseURL: 'https://mine.azure.test/openai' });
  });

  test('one that speaks another wire format', async () => {
    expect(await messageOf({ preset: 'groq', wire: 'anthropic-messages' })).toBe(
      'modelRoutes.m.wire: the preset "groq" speaks openai-chat; another format needs a baseURL',
    );
  });

  test('the built-in one needs nothing, and can be fallen back to', async () => {
    const { routes } = await load({ preset: 'groq', fallback: ['Echo'] });
    expect(routes[0]?.fallback).toEqual(['echo']);
    expect((await load({ preset: 'echo', wire: 'openai-chat' })).routes).toHaveLength(1);
  });
});

test.each(PROVIDERS.map((spec) => [spec.name, spec] as const))(
  'the catalog: %s needs no more than its name, or says what it needs',
  async (preset, spec) => {
    const content = { modelRoutes: { m: { preset } } };
    const needsAddress =
      spec.builtIn !== true && spec.endpoints[spec.defaultWire]?.baseURL === undefined;
    if (needsAddress)
      expect((await failureOf(loadFrom(home, content))).message).toContain('baseURL');
    else expect((await loadFrom(home, content)).routes).toHaveLength(1);
  },
);
