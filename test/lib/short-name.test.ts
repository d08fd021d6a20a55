import { expect, test } from 'bun:test';
import { shortName } from '../../src/lib/short-name.ts';

test.each([
  ['deepseek-v4-flash', 'd4f'],
  ['MiniMax-M2.5', 'mm25'],
  ['glm-5', 'g5'],
  ['openai/gpt-4o', 'g4o'],
  ['Qwen/Qwen3-Coder-Plus', 'q3cp'],
  ['qwen2.5-coder:latest', 'q25cl'],
  ['模型-3', '模3'],
  ['---', 'model'],
])('%p becomes %p', (model, short) => {
  expect(shortName(model, [])).toBe(short);
});

test('a name that is taken gets a number', () => {
  expect(shortName('glm-5', ['G5'])).toBe('g5-2');
  expect(shortName('glm-5', ['g5', 'g5-2'])).toBe('g5-3');
});
