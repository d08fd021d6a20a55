import { describe, expect, test } from 'bun:test';
import { preflight } from '../../src/policies/preflight.ts';
import type { Target } from '../../src/providers/target.ts';
import { TokenCounter } from '../../src/tokens/counter.ts';
import type { Reply } from '../../src/upstream/attempt.ts';
import { testAttempt } from '../support/attempt.ts';
import { chatTarget, testCall } from '../support/openai-chat.ts';

const sized = (changes: Partial<Target> = {}) =>
  chatTarget({ facts: { contextWindow: 10_000 }, changes: { preflight: true, ...changes } });
const words = (count: number) => ({
  model: 'm',
  messages: [{ role: 'user', content: 'word '.repeat(count) }],
});

/** What becomes of a request: `sent`, or the error's text. */
async function fate(
  call = testCall(words(30_000)),
  target = sized(),
  counter = new TokenCounter(),
): Promise<string> {
  const sent = Object.assign(new Error('sent'), { sent: true });
  return preflight(counter)(testAttempt({ call, target }), () => Promise.reject<Reply>(sent)).then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe('preflight', () => {
  test('a request far above the window is refused in the words that make the client compact', async () => {
    expect(await fate()).toMatch(
      /^prompt is too long: 24\d\d\d tokens > 10000 maximum \(upstream\.test, route my-route\)$/,
    );
  });

  test.each([
    ['one that fits', testCall(words(9000)), sized()],
    ['one that may fit, as little is known of the model', testCall(words(12_000)), sized()],
    ['a route that does not ask for it', testCall(words(30_000)), sized({ preflight: false })],
    ['a window that nobody knows', testCall(words(30_000)), sized({ facts: {} })],
    [
      'a count of tokens',
      { ...testCall(words(30_000)), endpoint: 'count_tokens' as const },
      sized(),
    ],
  ])('%s is sent', async (_, call, target) => {
    expect(await fate(call, target)).toBe('sent');
  });

  test('what was learned of the model decides', async () => {
    const counter = new TokenCounter();
    const learn = (inputTokens: number) =>
      counter.sample(Buffer.from(JSON.stringify(words(10_000))), sized(), {
        inputTokens,
        outputTokens: 1,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
      });
    learn(10_000);
    expect(await fate(testCall(words(12_000)), sized(), counter)).toStartWith('prompt is too long');
    for (let call = 0; call < 10; call += 1) {
      learn(5000);
      await fate(testCall(words(12_000)), sized(), counter);
    }
    expect(await fate(testCall(words(12_000)), sized(), counter)).toBe('sent');
  });

  test('a small body is not even parsed', async () => {
    const call = {
      ...testCall(words(10)),
      json: () => {
        throw new Error('parsed');
      },
    };
    expect(await fate(call)).toBe('sent');
  });
});
