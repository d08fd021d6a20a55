import { describe, expect, test } from 'bun:test';
import { editDistance, nearestNames } from '../../src/lib/nearest.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['alais', 'alias', 1],
  ['ca', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
])('editDistance(%p, %p) is %p', (left, right, expected) => {
  expect(editDistance(left, right)).toBe(expected);
  expect(editDistance(right, left)).toBe(expected);
});

describe('nearestNames', () => {
  const names = [
    'deepseek',
    'deepseek-v4-flash',
    'MiniMax-M2.5',
    'gpt-4o',
    'gpt-4',
    'glm-5',
    'd4f',
  ];

  test.each([
    ['depseek', ['deepseek']],
    ['minimax-m2', ['MiniMax-M2.5']],
    ['MINIMAX-M2.5', ['MiniMax-M2.5']],
    ['gpt-4p', ['gpt-4o', 'gpt-4']],
    ['minimax', ['MiniMax-M2.5']],
    ['zzz', []],
    ['', []],
    ['x'.repeat(100_000), []],
  ])('%.20s', (name, expected) => {
    expect(nearestNames(name, names)).toEqual(expected);
  });

  test('at most so many, none twice', () => {
    expect(nearestNames('aaaa', ['aaab', 'aaab', 'aaac', 'aaad', 'aaae'], 2)).toEqual([
      'aaab',
      'aaac',
    ]);
    expect(nearestNames('ab', ['xy'])).toEqual([]);
  });
});
