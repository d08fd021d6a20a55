import type { Call } from '../core/call.ts';
import { compose, type Handler } from '../core/policy.ts';
import { observe, type ObserveDeps } from '../policies/observe.ts';
import type { Reply } from '../upstream/attempt.ts';
import { send, type SendDeps } from '../upstream/send.ts';
import type { Resolution } from './resolve.ts';

/** A call that knows where it goes. */
export interface RoutedCall {
  readonly call: Call;
  readonly resolution: Resolution;
}

/**
 * What happens around a call, outermost first. Per call: observe. Per attempt: send. Policies are
 * added here and nowhere else.
 */
export function createPipeline(deps: SendDeps & ObserveDeps): Handler<RoutedCall, Reply> {
  return compose<RoutedCall, Reply>([observe(deps)], ({ call, resolution }) =>
    send({ call, target: resolution.targets[0] }, deps),
  );
}
