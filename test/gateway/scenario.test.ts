import { describe, expect, test } from 'bun:test';
import { RouteTable } from '../../src/gateway/resolve.ts';
import { buildRoutes } from '../../src/gateway/routes.ts';
import { conditionsFor, scenariosOf, takeover, type Traits } from '../../src/gateway/scenario.ts';
import { traitsOf } from '../../src/gateway/traits.ts';
import { TokenCounter } from '../../src/tokens/counter.ts';
import { loadFrom, makeHome } from '../config/support.ts';
import { testCall, type Json } from '../support/openai-chat.ts';
import { testTarget } from '../support/target.ts';

const home = makeHome();
const route = (more: object = {}) => ({ preset: 'ollama', ...more });
const config = await loadFrom(home, {
  modelRoutes: {
    small: route({ alias: 's', fallback: ['big'] }),
    thinker: route(),
    big: route({ contextWindow: 2_000_000 }),
    seeing: route({ vision: true }),
    blind: route({ vision: false, contextWindow: 500 }),
  },
  scenarios: {
    background: 's',
    think: ['thinker', 'big'],
    image: 'seeing',
    longContext: { route: 'big', threshold: 1_000 },
  },
});
const table = new RouteTable(buildRoutes(config, {}));
const scenarios = scenariosOf(config, table);
if (scenarios === null) throw new Error('the configuration has scenarios');

const traits = (
  more: Partial<Record<'image' | 'thinks', boolean>> & { tokens?: number },
): Traits => ({
  hasImages: () => more.image === true,
  thinks: () => more.thinks === true,
  exceeds: (tokens) => (more.tokens ?? 0) > tokens,
});

async function fate(model: string, request: Parameters<typeof traits>[0]): Promise<string> {
  const conditions = conditionsFor(model, table.resolve(model), scenarios!);
  const taken = await takeover(conditions, traits(request));
  return taken === null ? 'kept' : `${taken.scenario} → ${taken.targets[0].route}`;
}

describe('which scenario takes over', () => {
  test.each([
    ['claude-sonnet-5', {}, 'kept'],
    ['claude-haiku-4-5', {}, 'background → small'],
    ['claude-3-5-haiku-20241022', { thinks: true }, 'background → small'],
    ['claude-sonnet-5', { thinks: true }, 'think → thinker'],
    ['claude-sonnet-5', { thinks: true, tokens: 1_001 }, 'longContext → big'],
    ['claude-sonnet-5', { tokens: 1_000 }, 'kept'],
    ['claude-haiku-4-5', { tokens: 5_000 }, 'longContext → big'],
    ['claude-sonnet-5', { image: true, tokens: 5_000 }, 'image → seeing'],
    // A route that somebody chose keeps what it is able to answer.
    ['thinker', { thinks: true, tokens: 5_000 }, 'kept'],
    ['small', { image: true }, 'kept'],
    ['blind', { image: true }, 'image → seeing'],
    ['blind', { tokens: 501 }, 'longContext → big'],
    ['blind', { thinks: true, tokens: 500 }, 'kept'],
    // Not from a route to itself.
    ['big', { tokens: 3_000_000 }, 'kept'],
  ] as const)('%s with %j: %s', async (model, request, expected) => {
    expect(await fate(model, request)).toBe(expected);
  });

  test('one route brings its own fallback chain, a list is the chain', () => {
    const chainOf = (name: 'background' | 'think') =>
      scenarios.targets.get(name)?.map(({ route: own }) => own);
    expect(chainOf('background')).toEqual(['small', 'big']);
    expect(chainOf('think')).toEqual(['thinker', 'big']);
  });

  test('none are configured: nothing is looked at', async () => {
    const bare = await loadFrom(home, { modelRoutes: { a: route() } });
    expect(scenariosOf(bare, new RouteTable(buildRoutes(bare, {})))).toBeNull();
  });
});

describe('what a request is like', () => {
  const traitsFor = (body: Json) =>
    traitsOf(testCall({ model: 'm', ...body }), testTarget(), new TokenCounter());
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } };
  const user = (...content: readonly unknown[]) => ({ role: 'user', content });
  const assistant = (...content: readonly unknown[]) => ({ role: 'assistant', content });
  const words = { type: 'text', text: 'hi' };
  const use = { type: 'tool_use', id: 't1', name: 'Read', input: { type: 'image' } };
  const result = (content: unknown) => ({ type: 'tool_result', tool_use_id: 't1', content });

  test.each([
    ['an image beside the words', [user(words, image)], true],
    ['none', [user(words)], false],
    ['plain text', [{ role: 'user', content: 'say "type":"image"' }], false],
    ['one that a tool brought', [user(words), assistant(use), user(result([image]))], true],
    [
      'still the same turn, after another tool',
      [user(words, image), assistant(use), user(result('x'), words)],
      true,
    ],
    ['an earlier turn', [user(words, image), assistant(words), user(words)], false],
    ['only in the input of a tool', [user(words), assistant(use), user(result('x'))], false],
  ])('images: %s', (_, messages, expected) => {
    expect(traitsFor({ messages }).hasImages()).toBe(expected);
  });

  test.each([
    [{ type: 'enabled', budget_tokens: 1024 }, true],
    [{ type: 'adaptive', display: 'omitted' }, true],
    [{ type: 'disabled' }, false],
    [undefined, false],
  ])('thinking: %j', (thinking, expected) => {
    const body = { messages: [user({ type: 'thinking', thinking: '' })] };
    expect(traitsFor({ ...body, ...(thinking === undefined ? {} : { thinking }) }).thinks()).toBe(
      expected,
    );
  });

  test('length: counted where the size of the body does not tell', async () => {
    const long = traitsFor({ messages: [user({ type: 'text', text: 'word '.repeat(1_000) })] });
    expect(long.exceeds(10_000)).toBeFalse();
    expect(long.exceeds(100)).toBeTrue();
    expect(await long.exceeds(900)).toBeTrue();
    expect(await long.exceeds(1_500)).toBeFalse();
  });
});
