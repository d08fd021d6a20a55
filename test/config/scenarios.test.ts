import { describe, expect, test } from 'bun:test';
import { failureOf, loadFrom, makeHome } from './support.ts';

const home = makeHome();
const load = (webSearch: unknown) =>
  loadFrom(home, {
    modelRoutes: {
      sonar: { alias: 'pplx', preset: 'perplexity', authToken: 'k' },
      'gpt-5-search-api': { alias: ['search', 'gs'], preset: 'openai', authToken: 'k' },
    },
    scenarios: { webSearch },
  });

describe('scenarios', () => {
  test.each([
    ['a name', 'sonar', ['sonar']],
    ['an alias, in any case', 'PPLX', ['sonar']],
    ['a chain, each route once', ['gs', 'pplx', 'sonar'], ['gpt-5-search-api', 'sonar']],
    ['a built-in route', 'echo', ['echo']],
  ])('%s', async (_, written, routes) => {
    expect((await load(written)).scenarios.webSearch).toEqual(routes);
  });

  test('none', async () => {
    expect((await loadFrom(home, {})).scenarios).toEqual({
      webSearch: [],
      background: [],
      think: [],
      image: [],
      longContext: { routes: [], threshold: 60_000 },
    });
  });

  const loadAll = (scenarios: unknown) =>
    loadFrom(home, { modelRoutes: { 'glm-5': { alias: 'g5', preset: 'ollama' } }, scenarios });

  test('every kind, and a threshold', async () => {
    const all = { background: 'g5', think: ['G5'], image: 'glm-5' };
    expect((await loadAll({ ...all, longContext: ['g5'] })).scenarios).toEqual({
      webSearch: [],
      background: ['glm-5'],
      think: ['glm-5'],
      image: ['glm-5'],
      longContext: { routes: ['glm-5'], threshold: 60_000 },
    });
    const long = await loadAll({ longContext: { route: 'g5', threshold: 100_000 } });
    expect(long.scenarios.longContext).toEqual({ routes: ['glm-5'], threshold: 100_000 });
  });

  test.each([
    [{ longContext: { route: 'g6' } }, 'scenarios.longContext.route'],
    [{ longContext: ['g5', 'g6'] }, 'scenarios.longContext[1]'],
    [{ longContext: { route: 'g5', threshold: 'much' } }, 'scenarios.longContext'],
    [{ longContext: { treshold: 5 } }, 'scenarios.longContext'],
    [{ thinking: 'g5' }, 'scenarios.thinking'],
  ])('%j is told at %p', async (written, path) => {
    const error = await failureOf(loadAll(written));
    expect(error.issues[0]?.path).toStartWith(path);
  });

  test('a name that leads nowhere', async () => {
    const error = await failureOf(load(['sonar', 'plpx']));
    expect(error.issues).toMatchObject([
      {
        path: 'scenarios.webSearch[1]',
        message: 'no route is called "plpx"; did you mean "pplx"?',
      },
    ]);
  });

  test.each([[[]], [''], [5]])('%j is no chain', async (written) => {
    const error = await failureOf(load(written));
    expect(error.issues[0]?.path).toStartWith('scenarios.webSearch');
  });
});
