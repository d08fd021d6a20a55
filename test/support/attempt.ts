import type { Attempt } from '../../src/upstream/attempt.ts';
import { testCall } from './openai-chat.ts';
import { testTarget } from './target.ts';

/** A first attempt that may take for ever, for unit tests. */
export function testAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    call: testCall({ model: 'test-model', messages: [] }),
    target: testTarget(),
    number: 1,
    isLate: false,
    lastResort: false,
    deadlineAt: Number.MAX_SAFE_INTEGER,
    ...changes,
  };
}
