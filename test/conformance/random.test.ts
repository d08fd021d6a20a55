import { describe, expect, test } from 'bun:test';
import { assertWellFormed } from '../support/grammar.ts';
import {
  ASK,
  chatTarget,
  CHUNK_SIZES,
  decodeStream,
  encodeChat,
  sse,
} from '../support/openai-chat.ts';
import { assertChatRequest } from '../support/openai-schema.ts';
import { Random } from '../support/random.ts';
import { randomChunk, randomRequest } from '../support/random-chat.ts';

describe('whatever comes', () => {
  test('a stream is well-formed, and the same however it is cut', () => {
    for (let seed = 1; seed <= 600; seed += 1) {
      const random = new Random(seed);
      const text = sse(...random.list(12, () => randomChunk(random)));
      const target = chatTarget({ compat: { thinkTags: seed % 3 === 0 } });
      const request = { ...ASK, stop_sequences: ['1', '2', '3', '4', 'a\n'] };
      const results = CHUNK_SIZES.map((size) => decodeStream([text], { size, target, request }));
      for (const { events, visible, transform } of results) {
        try {
          assertWellFormed(events);
          expect(visible).toEqual(results[0]!.visible);
          expect(transform.state).toBe(visible.at(-1)?.type === 'error' ? 'failed' : 'finished');
        } catch (cause) {
          throw new Error(`seed ${seed}: ${text}`, { cause });
        }
      }
    }
  });

  test('a request is one that OpenAI accepts', () => {
    for (let seed = 1; seed <= 1500; seed += 1) {
      const request = randomRequest(new Random(seed));
      try {
        assertChatRequest(
          encodeChat(request, chatTarget({ preset: seed % 2 === 0 ? 'openai' : 'together' })),
        );
      } catch (cause) {
        throw new Error(`seed ${seed}: ${JSON.stringify(request)}`, { cause });
      }
    }
  });
});
