import { describe, expect, test } from 'bun:test';
import { TokenRatios } from '../../src/tokens/ratios.ts';
import { testTarget } from '../support/target.ts';

describe('learned ratios', () => {
  const target = testTarget({ model: 'a' });

  test('nothing at first, then what the first call says', () => {
    const ratios = new TokenRatios();
    expect(ratios.ratioOf(target)).toBeUndefined();
    ratios.learn(target, 10_000, 12_000);
    expect(ratios.ratioOf(target)).toBe(1.2);
    expect(ratios.ratioOf(testTarget({ model: 'b' }))).toBeUndefined();
    expect(ratios.ratioOf(testTarget({ model: 'a', route: 'another alias' }))).toBe(1.2);
  });

  test('later calls outweigh early ones', () => {
    const ratios = new TokenRatios();
    ratios.learn(target, 10_000, 20_000);
    ratios.learn(target, 10_000, 10_000);
    expect(ratios.ratioOf(target)).toBeCloseTo(1.7);
    for (let call = 0; call < 20; call += 1) ratios.learn(target, 10_000, 10_000);
    expect(ratios.ratioOf(target)).toBeCloseTo(1, 2);
  });

  test.each([
    ['a prompt too small to tell', 500, 700],
    ['a count that was swollen by something else', 10_000, 90_000],
    ['a count of nothing', 10_000, 0],
    ['no number', 10_000, Number.NaN],
  ])('%s teaches nothing', (_, estimated, actual) => {
    const ratios = new TokenRatios();
    ratios.learn(target, estimated, actual);
    expect(ratios.ratioOf(target)).toBeUndefined();
  });

  test('bounded: the target that was seen longest ago is forgotten', () => {
    const ratios = new TokenRatios();
    const one = (index: number) => testTarget({ model: `m${index}` });
    for (let index = 0; index <= 256; index += 1) ratios.learn(one(index), 1000, 1500);
    expect(ratios.ratioOf(one(0))).toBeUndefined();
    expect(ratios.ratioOf(one(1))).toBe(1.5);
    expect(ratios.ratioOf(one(256))).toBe(1.5);
  });
});
