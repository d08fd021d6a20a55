import { describe, expect, test } from 'bun:test';
import type { Usage } from '../../src/core/messages.ts';
import { modelFacts } from '../../src/providers/models.ts';
import { costOf, pricingOf } from '../../src/usage/cost.ts';
import { testTarget } from '../support/target.ts';

const usage: Usage = {
  inputTokens: 1_000,
  outputTokens: 2_000,
  cacheReadTokens: 50_000,
  cacheWriteTokens: 4_000,
  cacheWriteHourTokens: 1_000,
};

describe('costOf', () => {
  test('each count by its own price', () => {
    // 1000×3 + 2000×15 + 50000×0.3 + 3000×3.75 + 1000×6 = 65,250 per million
    const pricing = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWriteHour: 6 };
    expect(costOf(usage, pricing)).toBeCloseTo(0.065_25, 12);
  });

  test('without a price of their own, cached tokens cost what input costs', () => {
    // (1000 + 50000 + 4000)×2 + 2000×8 = 126,000 per million
    expect(costOf(usage, { input: 2, output: 8 })).toBeCloseTo(0.126, 12);
  });

  test('writes for an hour cost what other writes cost', () => {
    // 1000×1 + 2000×2 + 50000×0.1 + 4000×1.25 = 15,000 per million
    const pricing = { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25 };
    expect(costOf(usage, pricing)).toBeCloseTo(0.015, 12);
  });

  test('nothing used costs nothing, and so does a free model', () => {
    const nothing = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    expect(costOf(nothing, { input: 3, output: 15 })).toBe(0);
    expect(costOf(usage, { input: 0, output: 0 })).toBe(0);
  });
});

describe('pricingOf', () => {
  test("is the target's own, where the route or the catalog gives one", () => {
    const pricing = { input: 1, output: 2 };
    expect(pricingOf(testTarget({ facts: { pricing } }), 'claude-sonnet-4-5')).toBe(pricing);
  });

  test("is that of the client's name where the name is passed on", () => {
    const target = testTarget({ model: null });
    expect(pricingOf(target, 'claude-sonnet-4-5')).toEqual(modelFacts('claude-sonnet-4-5').pricing);
    expect(pricingOf(target, 'claude-sonnet-4-5')).toEqual({
      input: 3,
      output: 15,
      cacheRead: 0.3,
      cacheWrite: 3.75,
      cacheWriteHour: 6,
    });
  });

  test('is zero for what is built in', () => {
    const { provider } = testTarget();
    const target = testTarget({ provider: { ...provider, builtIn: true } });
    expect(pricingOf(target, 'echo')).toEqual({ input: 0, output: 0 });
  });

  test('is nothing where nobody knows', () => {
    expect(pricingOf(testTarget(), 'claude-sonnet-4-5')).toBeUndefined();
  });
});
