import { expect, test } from 'bun:test';
import { describeRoute, mergePicker, pickerRows } from '../../src/launcher/picker.ts';
import { windowsOf } from '../../src/launcher/windows.ts';
import { echo, route } from './routes.ts';

const unknown = windowsOf(null, {});

test('every alias is a row; a route without one is shown by its name', () => {
  const routes = [
    route('deepseek-v4-flash', { aliases: ['d4f', 'flash'] }),
    route('my-model'),
    echo,
  ];
  expect(pickerRows(routes, unknown).map(({ model, label }) => [model, label])).toEqual([
    ['d4f', 'deepseek-v4-flash (d4f)'],
    ['flash', 'deepseek-v4-flash (flash)'],
    ['my-model', 'my-model'],
  ]);
});

test('without a route of the user, the one that answers offline is shown', () => {
  const rows = pickerRows([echo, route('echo-openai', { builtIn: true })], unknown);
  expect(rows.map(({ model }) => model)).toEqual(['echo']);
});

test.each([
  [
    { contextWindow: 204_800, pricing: { input: 0.3, output: 1.2 } },
    'Vendor · 205k context · $0.3 in, $1.2 out per million tokens',
  ],
  [{ contextWindow: 1_048_576, pricing: { input: 0, output: 0 } }, 'Vendor · 1M context · free'],
  [{ contextWindow: 1_500_000 }, 'Vendor · 1.5M context'],
  [
    { contextWindow: 8192, description: 'Für kleine Dinge.' },
    'Vendor · 8k context · Für kleine Dinge.',
  ],
  [
    { contextWindow: 8192, problem: 'set A_KEY in …' },
    'Vendor · not usable yet: see cc-route doctor',
  ],
  [{}, 'Vendor'],
])('%p is described as %p', (facts, expected) => {
  expect(describeRoute(route('m', facts))).toBe(expected);
});

const rows = [
  { model: 'mm25', label: 'ours', description: 'ours' },
  { model: 'd4f[1m]', label: 'ours', description: 'ours' },
];

test("the user's own rows come first, and a model of theirs stays as they list it", () => {
  const own = { options: [{ model: 'D4F' }, { model: 'opus' }], replaceBuiltInOptions: true };
  expect(mergePicker([{ modelPicker: own }, {}], rows)).toEqual({
    replaceBuiltInOptions: true,
    options: [{ model: 'D4F' }, { model: 'opus' }, rows[0]],
  });
});

test('of several sources the strongest list counts, as in Claude Code', () => {
  const weak = { modelPicker: { options: [{ model: 'weak' }] } };
  const strong = { modelPicker: { options: [{ model: 'strong' }] } };
  expect(mergePicker([weak, strong], rows)['options']).toEqual([{ model: 'strong' }, ...rows]);
  expect(mergePicker([weak, { modelPicker: 5 }], rows)['options']).toEqual([
    { model: 'weak' },
    ...rows,
  ]);
  expect(mergePicker([{ modelPicker: { options: 5 } }], rows)['options']).toEqual(rows);
});
