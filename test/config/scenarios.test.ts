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
    expect((await loadFrom(home, {})).scenarios).toEqual({ webSearch: [] });
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
