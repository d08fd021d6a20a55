import type { Call } from '../core/call.ts';
import type { Usage } from '../core/messages.ts';
import type { Target } from '../providers/target.ts';

/** One try of a call at one target. */
export interface Attempt {
  readonly call: Call;
  readonly target: Target;
  /** 1 for the first try at this target, more for retries. */
  readonly number: number;
  /** The call has lost time already: to a failure, or to a target that was passed by. */
  readonly isLate: boolean;
  /** Nothing else can be tried: it goes out even to a target that failed too often lately. */
  readonly lastResort: boolean;
  /** When the client must have an answer, on the clock. */
  readonly deadlineAt: number;
}

/** How a reply ended, known once its last byte went out. */
export interface Outcome {
  readonly result: 'complete' | 'failed' | 'client_gone';
  readonly usage: Usage | null;
}

/** An answer on its way to the client. It exists only once there is something real to send. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array | ReadableStream<Uint8Array>;
  readonly target: Target;
  readonly outcome: Promise<Outcome>;
}

/** What is sent to an upstream, credential included. Never logged. */
interface UpstreamRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

/** Gets a response for a request: over the network, or from the built-in echo provider. */
export type Transport = (request: UpstreamRequest) => Promise<Response>;
