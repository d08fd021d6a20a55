import { expect, test } from 'bun:test';
import { mergePicker, pickerRows } from '../../src/launcher/picker.ts';
import { windowsOf } from '../../src/launcher/windows.ts';
import { echo, route } from '../support/routes.ts';

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
