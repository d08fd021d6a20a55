import { expect, test } from 'bun:test';
import { findOptions, hasFlag, replaceValue } from '../../src/launcher/options.ts';

test('finds every occurrence of an option with its value, up to --', () => {
  const args = ['--model', 'a', '-p', '--model=b', 'x', '--models', 'c', '--', '--model', 'd'];
  expect(findOptions(args, '--model')).toEqual([
    { index: 1, prefix: '', value: 'a' },
    { index: 3, prefix: '--model=', value: 'b' },
  ]);
  expect(findOptions(['--model'], '--model')).toEqual([]);
  expect(findOptions(['--model='], '--model')).toEqual([
    { index: 0, prefix: '--model=', value: '' },
  ]);
});

test('replaces a value where it stands', () => {
  const args = ['--model', 'a', '--model=b'];
  const [first, second] = findOptions(args, '--model');
  expect(replaceValue(args, first!, 'x')).toEqual(['--model', 'x', '--model=b']);
  expect(replaceValue(args, second!, 'x')).toEqual(['--model', 'a', '--model=x']);
});

test('a flag counts by any of its names, before -- only', () => {
  expect(hasFlag(['a', '-p'], '--print', '-p')).toBe(true);
  expect(hasFlag(['a', '--', '-p'], '--print', '-p')).toBe(false);
  expect(hasFlag(['--printer'], '--print')).toBe(false);
});
