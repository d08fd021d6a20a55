import type { Call } from '../../core/call.ts';
import type { Target } from '../../providers/target.ts';

/** What an error message and an error's numbers are made from. */
export interface ErrorContext {
  readonly call: Call;
  readonly target: Target;
}
