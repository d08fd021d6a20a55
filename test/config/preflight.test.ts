import { expect, test } from 'bun:test';
import { loadFrom, makeHome } from './support.ts';

const home = makeHome();
const load = (name: string, more: Record<string, unknown>) =>
  loadFrom(home, {
    modelRoutes: { [name]: { baseURL: 'http://127.0.0.1:8000/v1', preflight: true, ...more } },
  });

test('preflight needs a context window: of the route, or of a known model', async () => {
  const sized = await load('own-model', { contextWindow: 32_000 });
  expect(sized.warnings).toEqual([]);
  expect(sized.routes[0]).toMatchObject({ preflight: true, facts: { contextWindow: 32_000 } });
  expect((await load('alias', { model: 'qwen3-coder:30b' })).warnings).toEqual([]);
  expect((await load('own-model', {})).warnings).toEqual([
    'modelRoutes.own-model.preflight: has no effect until contextWindow says how much "own-model" takes',
  ]);
});
