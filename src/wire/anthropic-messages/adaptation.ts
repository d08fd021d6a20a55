import type { Call } from '../../core/call.ts';
import type { Target } from '../../providers/target.ts';
import type { JsonNode } from '../json-node.ts';

/** What decides how a body is changed. */
export interface AdaptContext {
  readonly call: Call;
  readonly target: Target;
}

/**
 * One way in which an upstream takes less than the client sends. Most bodies need no change, so
 * `concerns` looks at the bytes without reading them; it may say yes in vain, but never no.
 */
export interface Adaptation {
  readonly concerns: (body: Buffer, context: AdaptContext) => boolean;
  /** Changes what has to be changed, and nothing else. */
  readonly apply: (root: JsonNode, context: AdaptContext) => void;
}
