import { describe, expect, test } from 'bun:test';
import { bounded, loadTokenizer, remembering } from '../../src/tokens/tokenizer.ts';
import { estimateText } from '../../src/wire/tokens/text-tokens.ts';

const count = await loadTokenizer();

describe('the tokenizer', () => {
  // As OpenAI's own tokenizer counts them with o200k_base.
  test.each([
    ['', 0],
    ['hello world', 2],
    ['antidisestablishmentarianism', 6],
    ['2 + 2 = 4', 7],
    ['お誕生日おめでとう', 8],
  ])('%j: %d', (text, tokens) => {
    expect(count(text)).toBe(tokens);
  });

  test('text that looks like a special token is text', () => {
    expect(count('<|endoftext|>')).toBeGreaterThan(1);
    expect(count('a\ud800b')).toBeGreaterThan(0);
  });

  test.each([
    ['letters', 'a', 8],
    ['Chinese without a break', '今天天气很好', 1.5],
    ['dashes', '-', 64],
    ['spaces', ' ', 128],
  ])('a run of 60,000 %s takes no time, and its count is about right', (_, piece, perToken) => {
    const text = piece.repeat(60_000 / piece.length);
    const started = performance.now();
    const tokens = count(text);
    expect(performance.now() - started).toBeLessThan(500);
    expect(tokens).toBeWithin((60_000 / perToken) * 0.4, (60_000 / perToken) * 2.5);
  });

  test('a very long text counts by samples', () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(40_000);
    expect(count(text) / 400_000).toBeWithin(0.98, 1.02);
  });

  test('what was counted is kept, but not for ever, and short texts are not worth it', () => {
    const seen: string[] = [];
    const kept = remembering((text) => seen.push(text));
    const text = (index: number) => `${index} `.padEnd(100, 'x');
    expect(kept(text(0))).toBe(1);
    expect(kept(text(0))).toBe(1);
    for (let index = 1; index <= 9000; index += 1) kept(text(index));
    expect(seen).toHaveLength(9001);
    kept(text(0));
    expect(seen).toHaveLength(9002);
    kept('short');
    kept('short');
    expect(seen).toHaveLength(9004);
  });

  test('runs are cut out of the text around them', () => {
    const parts: string[] = [];
    bounded((part) => parts.push(part))(`before ${'z'.repeat(500)} after`);
    expect(parts).toEqual(['z'.repeat(128), 'before  after']);
  });

  test('it differs from a mere estimate where that is far off', () => {
    const hashes = Array.from({ length: 50 }, (_, index) => Bun.hash(String(index))).join(' ');
    expect(count(hashes)).toBeGreaterThan(1.2 * estimateText(hashes));
  });
});
