import { expect, test } from 'bun:test';
import { formatPrice, formatTokens } from '../../src/lib/units.ts';

test.each([
  [0, '0'],
  [999, '999'],
  [8192, '8k'],
  [128_000, '128k'],
  [204_800, '205k'],
  [999_499, '999k'],
  [999_500, '1M'],
  [1_048_576, '1M'],
  [1_500_000, '1.5M'],
  [10_000_000, '10M'],
])('%d tokens are %p', (count, expected) => {
  expect(formatTokens(count)).toBe(expected);
});

test('prices are told per million tokens, and nothing as free', () => {
  expect(formatPrice({ input: 0.3, output: 1.2 })).toBe('$0.3 in, $1.2 out per million tokens');
  expect(formatPrice({ input: 0, output: 0 })).toBe('free');
});
