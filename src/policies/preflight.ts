import type { Policy } from '../core/policy.ts';
import type { TokenCounter } from '../tokens/counter.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import { overflowError } from '../wire/errors/overflow.ts';

/**
 * Refuses, without asking the upstream, what clearly doesn't fit into the target's context window,
 * in the words on which Claude Code compacts. Only for routes that ask for it (`preflight`): most
 * upstreams refuse by themselves and count better; some cut the prompt or degrade without a word.
 */
export function preflight(counter: TokenCounter): Policy<Attempt, Reply> {
  return async (attempt, next) => {
    const { call, target } = attempt;
    const limit = target.facts.contextWindow;
    if (call.endpoint !== 'messages' || target.preflight !== true || limit === undefined) {
      return next(attempt);
    }
    // Each token has a byte at least: a small body fits, and isn't even read.
    if (call.body.byteLength <= limit) return next(attempt);
    const input = await counter.atLeast(call.json(), target);
    if (input <= limit) return next(attempt);
    throw overflowError({ input, limit }, attempt);
  };
}
