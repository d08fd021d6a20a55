import { GatewayError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import type { Target } from '../providers/target.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import type { Circuit, Verdict } from './circuit.ts';
import type { Circuits } from './circuits.ts';

/** How long a host has to take a connection before it counts as back, in milliseconds. */
const LOOK_MS = 2_000;

/** Whether a connection to a URL's host can be had within a time. */
export type Reach = (url: string, timeoutMs: number) => Promise<boolean>;

/**
 * Spares calls the wait for a target that is down: after some failures in a row it refuses at once,
 * and the next target takes over. Where a host took no connection, no attempt is spent on finding
 * out whether it does again; a connection is tried beside the calls.
 *
 * An attempt that is the last resort goes out all the same, unless all it could bring is another
 * long wait.
 *
 * @throws GatewayError `circuit_open`, with the time after which a probe will be made
 */
export function breaker(circuits: Circuits, reach: Reach): Policy<Attempt, Reply> {
  /** Whether an attempt may pass an open circuit. At once where it may, so that only one probes. */
  const passes = (
    circuit: Circuit,
    { target, lastResort }: Attempt,
  ): boolean | Promise<boolean> => {
    if (circuit.cause === null) return true;
    const { fault, opensCircuitAfter } = circuit.cause.rule;
    const costsLongWait = opensCircuitAfter === 1;
    if (lastResort && !costsLongWait) return true;
    if (!costsLongWait || fault !== 'network' || circuit.seen) return circuit.admits;
    if (circuit.waitMs > 0 && !lastResort) return false;
    const isBack = circuit.look(() => reach(target.baseURL, LOOK_MS));
    return lastResort && isBack;
  };

  return async (attempt, next) => {
    const { call, target } = attempt;
    // Some have no such endpoint, or a bad one: it tells nothing about the model.
    if (call.endpoint !== 'messages') return next(attempt);
    const host = circuits.ofHost(target);
    const own = circuits.ofTarget(target);
    for (const circuit of [host, own]) {
      const passed = !circuit.isOpen || passes(circuit, attempt);
      if (passed !== true && !(await passed)) {
        call.journal.note({ kind: 'circuit_open', target });
        throw refusal(target, circuit);
      }
    }
    const endHost = host.begin();
    const endOwn = own.begin();
    try {
      const reply = await next(attempt);
      endHost('alive', null);
      endOwn('alive', null);
      return reply;
    } catch (error) {
      const failure = error instanceof GatewayError ? error : null;
      const verdict = failure === null ? UNKNOWN : verdictOf(failure);
      endHost(verdict.host, failure);
      endOwn(verdict.own, failure);
      throw error;
    }
  };
}

const UNKNOWN = { host: 'unknown', own: 'unknown' } as const;

/** What a failure tells about the host, and about the model there. */
function verdictOf({ rule, upstreamStatus }: GatewayError): { host: Verdict; own: Verdict } {
  const { fault, opensCircuitAfter, unsent } = rule;
  if (unsent === true || (fault !== 'network' && fault !== 'upstream')) return UNKNOWN;
  if (fault === 'network') return { host: 'failed', own: 'unknown' };
  return {
    host: upstreamStatus === undefined ? 'unknown' : 'alive',
    own: opensCircuitAfter === undefined ? 'alive' : 'failed',
  };
}

function refusal(target: Target, { cause, failures, waitMs }: Circuit): GatewayError {
  const times = failures === 1 ? 'failed' : `failed ${failures} times in a row`;
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new GatewayError(
    'circuit_open',
    `${target.provider.label} (route ${target.route}) ${times} and is left alone for ${seconds} s. ` +
      `The last failure: ${cause?.message ?? 'unknown.'}`,
    { retryAfterMs: seconds * 1000 },
  );
}
