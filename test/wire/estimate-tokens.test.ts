import { describe, expect, test } from 'bun:test';
import type { AnthropicRequest } from '../../src/core/messages.ts';
import { estimateTokens } from '../../src/wire/estimate-tokens.ts';

const estimate = (request: Record<string, unknown>) => estimateTokens(request as AnthropicRequest);
const say = (content: unknown) => ({ messages: [{ role: 'user', content }] });

describe('estimated tokens', () => {
  test.each([[{}], [{ messages: [] }], [{ messages: null, system: 5, tools: 'x' }], [say('')]])(
    '%j: at least 1',
    (request) => {
      expect(estimate(request)).toBeGreaterThanOrEqual(1);
    },
  );

  test('English text by bytes', () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(100);
    expect(estimate(say(text))).toBeWithin(900, 1400);
  });

  test('Chinese, Japanese and Korean by characters', () => {
    expect(estimate(say('今天天气很好'.repeat(100)))).toBeWithin(600, 720);
    expect(estimate(say('한국어텍스트'.repeat(100)))).toBeWithin(600, 720);
    expect(estimate(say('naïve '.repeat(100)))).toBeWithin(150, 250);
  });

  test('system, tools and messages all count', () => {
    const text = 'word '.repeat(200);
    const base = estimate(say('hi'));
    expect(estimate({ ...say('hi'), system: text }) - base).toBeGreaterThan(200);
    expect(estimate({ ...say('hi'), system: [{ type: 'text', text }] }) - base).toBeGreaterThan(
      200,
    );
    const tool = {
      name: 'A',
      description: text,
      input_schema: { type: 'object', properties: { a: { type: 'string' } } },
    };
    expect(estimate({ ...say('hi'), tools: [tool] }) - base).toBeGreaterThan(200);
  });

  test('an image costs what it may cost at most, however long its text is', () => {
    const image = (data: string) =>
      say([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }]);
    expect(estimate(image('A'.repeat(4_000_000)))).toBeLessThan(1700);
    expect(estimate(image('A'.repeat(1000)))).toBeLessThan(50);
    const pdf = say([{ type: 'document', source: { type: 'base64', data: 'A'.repeat(600_000) } }]);
    expect(estimate(pdf)).toBeWithin(15_000, 25_000);
  });

  test('what the model never reads counts nothing', () => {
    const block = { type: 'thinking', thinking: 'a', signature: 's'.repeat(100_000) };
    expect(estimate({ messages: [{ role: 'assistant', content: [block] }] })).toBeLessThan(50);
  });

  test('deeply nested and long lists', () => {
    let nested: unknown = 'x';
    for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];
    expect(estimate(say(nested))).toBeGreaterThan(0);
    expect(estimate(say(Array.from({ length: 300_000 }, () => 'x')))).toBeGreaterThan(50_000);
  });

  test('a recorded turn is near to what its size says, and quick', async () => {
    const file = Bun.file(
      new URL('../fixtures/claude-code/2.1.330/main-turn.json', import.meta.url),
    );
    const { body } = (await file.json()) as { body: Record<string, unknown> };
    expect(estimate(body)).toBeWithin(15_000, 35_000);
    const start = performance.now();
    for (let count = 0; count < 20; count += 1) estimate(body);
    expect((performance.now() - start) / 20).toBeLessThan(10);
  });
});
