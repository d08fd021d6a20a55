import { describe, expect, test } from 'bun:test';
import type { AnthropicRequest } from '../../src/core/messages.ts';
import { TokenCounter } from '../../src/tokens/counter.ts';
import { chatTarget } from '../support/openai-chat.ts';

const target = chatTarget({ model: 'm' });
const request = (words: number) =>
  ({ messages: [{ role: 'user', content: 'word '.repeat(words) }] }) as unknown as AnthropicRequest;
const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));
const usage = (inputTokens: number, cacheReadTokens = 0) => ({
  inputTokens,
  cacheReadTokens,
  cacheWriteTokens: 0,
  outputTokens: 1,
});

describe('counts on this machine', () => {
  test('learn from the last call to the same target', async () => {
    const counter = new TokenCounter();
    const before = await counter.count(request(5000), target);
    expect(before).toBeWithin(5000, 5020);
    counter.sample(bytes(request(5000)), target, usage(2500, 5000));
    expect(await counter.count(request(5000), target)).toBeWithin(7400, 7600);
    expect(await counter.count(request(10), target)).toBeWithin(15, 30);
    expect(await counter.count(request(5000), chatTarget({ model: 'other' }))).toBe(before);
  });

  test('at least 1, whatever the body', async () => {
    const counter = new TokenCounter();
    for (const body of [{}, { messages: null }, { messages: [{ role: 'user', content: '' }] }]) {
      expect(await counter.count(body as unknown as AnthropicRequest, target)).toBeGreaterThan(0);
    }
  });

  test('what the target never gets counts nothing: old thinking, images without vision', async () => {
    const counter = new TokenCounter();
    const thinking = { type: 'thinking', thinking: 'a thought '.repeat(1000), signature: 's' };
    const data = 'A'.repeat(400_000);
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
    const body = {
      messages: [
        { role: 'assistant', content: [thinking] },
        { role: 'user', content: [image] },
      ],
    } as unknown as AnthropicRequest;
    expect(await counter.count(body, target)).toBeWithin(1600, 1700);
    const blind = chatTarget({ model: 'm', facts: { vision: false } });
    expect(await counter.count(body, blind)).toBeLessThan(50);
    const replayed = chatTarget({ compat: { reasoningReplay: 'reasoning_content' } });
    expect(await counter.count(body, replayed)).toBeGreaterThan(3000);
  });
});
