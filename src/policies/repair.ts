import { GatewayError, type ErrorKind } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import { wireFormat } from '../wire/index.ts';
import { JsonNode } from '../wire/json-node.ts';
import { describeRepair, findRepairs, repaired, type Repair } from '../wire/repairs/repair.ts';
import type { Learned } from './learned.ts';

/** Servers that check field by field name one thing at a time. */
const MAX_REPAIRS = 5;

/**
 * What a refusal of the request itself can look like: 400 and 422, OpenRouter's 404 for a model
 * without eyes, and the 500 of a server whose chat template fails.
 */
const REFUSALS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'upstream_bad_request',
  'upstream_not_found',
  'upstream_failed',
  'context_overflow',
]);

/**
 * A request that an upstream refused, saying what it can't take, is changed accordingly and sent
 * again, and what helped is remembered for this host and model: the next request is right the first
 * time. Each change stands in the journal. What can't be mended is thrown on as it came.
 */
export function repair(learned: Learned): Policy<Attempt, Reply> {
  return async (attempt, next) => {
    const { call } = attempt;
    let target = learned.apply(attempt.target, call.model);
    let pending: readonly Repair[] = [];
    for (let count = 0; ; count += 1) {
      try {
        const reply = await next(target === attempt.target ? attempt : { ...attempt, target });
        learned.add(attempt.target, call.model, pending);
        return reply;
      } catch (error) {
        const found = count < MAX_REPAIRS ? repairsFor(error, { ...attempt, target }) : [];
        if (found.length === 0) throw error;
        // The complaint is another one now: what was changed has helped.
        learned.add(attempt.target, call.model, pending);
        pending = found;
        target = found.reduce(repaired, target);
        for (const one of found) {
          call.journal.note({ kind: 'repair', target, what: describeRepair(one) });
        }
      }
    }
  };
}

function repairsFor(error: unknown, { call, target }: Attempt): Repair[] {
  if (!(error instanceof GatewayError) || !REFUSALS.has(error.kind)) return [];
  if (call.signal.aborted) return [];
  const format = wireFormat(target.wire);
  const sent = JsonNode.parse(format.encode(call, target).body);
  return findRepairs(format.repairRules(target), error, { call, target, sent });
}
