import type { Call } from '../core/call.ts';
import { compose, type Handler } from '../core/policy.ts';
import { observe } from '../policies/observe.ts';
import type { CallSink } from '../telemetry/call-record.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import { send, type SendDeps } from '../upstream/send.ts';
import type { RouteTable } from './resolve.ts';

export interface PipelineDeps extends SendDeps {
  readonly table: RouteTable;
  readonly sinks: readonly CallSink[];
}

/**
 * What happens around a call, outermost first. Per call: observe. Per attempt: send. The types
 * keep the two apart. Policies are added here and nowhere else.
 */
export function createPipeline(deps: PipelineDeps): Handler<Call, Reply> {
  const attempt = compose<Attempt, Reply>([], (one) => send(one, deps));
  return compose<Call, Reply>([observe(deps.sinks)], (call) => {
    const [target] = deps.table.resolve(call.model).targets;
    return attempt({ call, target });
  });
}
