import type { Call } from '../core/call.ts';
import { compose, type Handler, type Policy } from '../core/policy.ts';
import { observe } from '../policies/observe.ts';
import { preflight } from '../policies/preflight.ts';
import type { Target } from '../providers/target.ts';
import type { CallSink } from '../telemetry/call-record.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import { send, type SendDeps } from '../upstream/send.ts';
import type { TokenCounts } from './count-tokens.ts';
import type { RouteTable } from './resolve.ts';

export interface PipelineDeps extends SendDeps {
  readonly table: RouteTable;
  readonly counts: TokenCounts;
  readonly sinks: readonly CallSink[];
}

/**
 * What happens around a call, outermost first. Per call: observe, count tokens. Per attempt: preflight, send.
 * The types keep the two apart. Policies are added here and nowhere else.
 */
export function createPipeline(deps: PipelineDeps): Handler<Call, Reply> {
  const targetOf = (model: string): Target => deps.table.resolve(model).targets[0];
  const attempt = compose<Attempt, Reply>([preflight(deps.counts.counter)], (one) =>
    send(one, deps),
  );
  return compose<Call, Reply>(
    [observe(deps.sinks), noteRoute(targetOf), countTokens(deps.counts, targetOf)],
    (call) => attempt({ call, target: targetOf(call.model) }),
  );
}

/** Whatever becomes of a call: the journal says where it was meant to go. */
function noteRoute(targetOf: (model: string) => Target): Policy<Call, Reply> {
  return async (call, next) => {
    call.journal.note({ kind: 'routed', target: targetOf(call.model) });
    return next(call);
  };
}

function countTokens(
  counts: TokenCounts,
  targetOf: (model: string) => Target,
): Policy<Call, Reply> {
  return (call, next) =>
    call.endpoint === 'count_tokens' ? counts.answer(call, targetOf(call.model), next) : next(call);
}
