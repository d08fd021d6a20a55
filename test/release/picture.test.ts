import { join } from 'node:path';
import { expect, test } from 'bun:test';
import { readScreen } from '../../scripts/picture/cells.ts';
import { drawTerminal } from '../../scripts/picture/svg.ts';

const ESC = '\u001B';
const draw = (text: string) =>
  drawTerminal({ title: 't', description: 'd', columns: 20, lines: readScreen(text) });

test('attributes and colours of each kind, which go on to the next line', () => {
  const [first, second] = readScreen(
    `${ESC}[1;31mred${ESC}[22m ${ESC}[38;5;196mcube${ESC}[38;5;244mgrey\n${ESC}[48;2;1;2;255mon${ESC}[0m off`,
  );
  expect(first).toEqual([
    { column: 0, width: 3, text: 'red', look: { color: '#f38ba8', bold: true } },
    {
      column: 3,
      width: 1,
      text: ' ',
      look: { color: '#f38ba8', bold: false, dim: false },
    },
    {
      column: 4,
      width: 4,
      text: 'cube',
      look: { color: '#ff0000', bold: false, dim: false },
    },
    {
      column: 8,
      width: 4,
      text: 'grey',
      look: { color: '#808080', bold: false, dim: false },
    },
  ]);
  expect(second).toEqual([
    {
      column: 0,
      width: 2,
      text: 'on',
      look: { color: '#808080', background: '#0102ff', bold: false, dim: false },
    },
    { column: 2, width: 4, text: ' off', look: {} },
  ]);
});

test('links and charset changes leave their text, and wide characters take two cells', () => {
  const [line] = readScreen(`${ESC}]8;;https://example.com${ESC}\\a${ESC}]8;;${ESC}\\\u000E日b`);
  expect(line?.map(({ column, width, text }) => [column, width, text])).toEqual([
    [0, 1, 'a'],
    [1, 3, '日b'],
  ]);
});

test('a run stands where its first character does, and its text is escaped', () => {
  const svg = draw('  <a> & "b"');
  expect(svg).toContain('x="34.8"');
  expect(svg).toContain('&lt;a> &amp; &quot;b&quot;</text>');
  expect(draw(`${ESC}[7mx`)).toContain('fill="#cdd6f4"/>');
});

test('the one of the README is of a session with five providers, and of no particular machine', async () => {
  const svg = await Bun.file(join(import.meta.dir, '../../.github/model-picker.svg')).text();
  for (const alias of ['mm25', 'g5', 'd4f', 'gpt4', 'local']) expect(svg).toContain(`(${alias})`);
  expect(svg).not.toMatch(/\/(?:tmp|root|home|Users|work)\//u);
});
