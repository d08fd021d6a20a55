import type { Call } from '../core/call.ts';
import { compose, type Handler } from '../core/policy.ts';
import { observe } from '../policies/observe.ts';
import type { RequestLog } from '../telemetry/log.ts';
import type { Reply } from '../upstream/attempt.ts';
import { send, type SendDeps } from '../upstream/send.ts';
import type { RouteTable } from './resolve.ts';

export interface PipelineDeps extends SendDeps {
  readonly table: RouteTable;
  readonly log: RequestLog;
}

/**
 * What happens around a call, outermost first. Per call: observe, resolve. Per attempt: send.
 * Policies are added here and nowhere else.
 */
export function createPipeline(deps: PipelineDeps): Handler<Call, Reply> {
  return compose<Call, Reply>([observe(deps)], (call) => {
    const [target] = deps.table.resolve(call.model).targets;
    return send({ call, target }, deps);
  });
}
