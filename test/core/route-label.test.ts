import { expect, test } from 'bun:test';
import { describeRoute, routeLine, shownRoutes } from '../../src/core/route-label.ts';
import { echo, route } from '../support/routes.ts';

const priced = { contextWindow: 204_800, pricing: { input: 0.3, output: 1.2 } };

test.each([
  [priced, 'Vendor · 205k context · $0.3 in, $1.2 out per million tokens'],
  [{ contextWindow: 1_048_576, pricing: { input: 0, output: 0 } }, 'Vendor · 1M context · free'],
  [{ contextWindow: 1_500_000 }, 'Vendor · 1.5M context'],
  [{ contextWindow: 8192, description: 'Für Kleines.' }, 'Vendor · 8k context · Für Kleines.'],
  [{ ...priced, problem: 'set A_KEY in …' }, 'Vendor · not usable yet: see cc-route doctor'],
  [{}, 'Vendor'],
])('%p is described as %p', (facts, expected) => {
  expect(describeRoute(route('m', facts))).toBe(expected);
});

test('one line holds the label and the facts', () => {
  expect(routeLine(route('model', priced), 'm')).toBe('model (m) · Vendor · 205k · $0.3/$1.2');
  expect(routeLine(route('model'), 'model')).toBe('model · Vendor');
  const broken = route('model', { ...priced, problem: 'no key' });
  expect(routeLine(broken, 'm')).toBe('model (m) · Vendor · not usable yet');
});

test('without a route of the user, the one that answers offline is shown', () => {
  const other = route('echo-openai', { builtIn: true });
  expect(shownRoutes([route('mine'), echo, other])).toEqual([route('mine')]);
  expect(shownRoutes([echo, other])).toEqual([echo]);
  expect(shownRoutes([])).toEqual([]);
});
