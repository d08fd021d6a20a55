import type { Call } from '../core/call.ts';
import { GatewayError, mostUseful } from '../core/errors.ts';
import type { Handler } from '../core/policy.ts';
import type { Clock } from '../lib/clock.ts';
import { targetName, type Target } from '../providers/target.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import type { SessionTargets } from './session-targets.ts';

/** A call whose model's name has been looked up. */
export interface RoutedCall {
  readonly call: Call;
  /** What the name stands for, and what may answer in its place, in this order. */
  readonly targets: readonly [Target, ...Target[]];
  /** When the client must have an answer, on the clock. */
  readonly deadlineAt: number;
}

export interface FallbackDeps {
  readonly clock: Clock;
  readonly sessions: SessionTargets;
}

interface Failure {
  readonly target: Target;
  readonly error: GatewayError;
}

/**
 * Tries the targets of a call one after the other until one answers. Each is sent the call in its
 * own wire format with its own credential.
 *
 * A conversation that was answered by another target than its first stays there for a while
 * ({@link SessionTargets}). A prompt that is too long for one model goes to models with a larger
 * window only; where there is none, the client gets the overflow and compacts the conversation.
 */
export function fallback(
  attempt: Handler<Attempt, Reply>,
  { clock, sessions }: FallbackDeps,
): Handler<RoutedCall, Reply> {
  const tryTarget = (
    { call, deadlineAt }: RoutedCall,
    target: Target,
    { lastResort, isLate }: Pick<Attempt, 'lastResort' | 'isLate'>,
  ) => attempt({ call, target, deadlineAt, number: 1, lastResort, isLate });

  /** Where the conversation's next call goes. A target that was passed over has not failed again. */
  const settle = (call: Call, first: Target, by: Target, failures: readonly Failure[]): void => {
    if (by === first) sessions.returned(call, first);
    else if (failures.some(({ target, error }) => target === first && error.rule.unsent !== true)) {
      sessions.moved(call, first, by);
    }
  };

  return async (routed) => {
    const { call, deadlineAt } = routed;
    const [first, ...others] = routed.targets;
    const spare = call.endpoint === 'messages' ? others.filter(isUsable) : [];
    if (spare.length === 0) return tryTarget(routed, first, { lastResort: true, isLate: false });

    const waiting = sessions.order(call, [first, ...spare]);
    const failures: Failure[] = [];
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const last = failures.at(-1);
      if (last !== undefined) {
        call.journal.note({ kind: 'fallback', from: last.target, to: target });
      }
      try {
        const reply = await tryTarget(routed, target, {
          lastResort: false,
          isLate: failures.length > 0,
        });
        if (failures.length > 0) settle(call, first, target, failures);
        return reply;
      } catch (error) {
        if (!(error instanceof GatewayError) || error.kind === 'client_gone') throw error;
        // What another target has against the request says nothing about the first one's failure.
        if (failures.length === 0 && !error.rule.fallback) throw error;
        failures.push({ target, error });
        if (error.kind === 'context_overflow') keepLarger(waiting, target);
        if (clock.now() >= deadlineAt) break;
      }
    }
    // Every circuit is open: no harm is done by asking the one that was meant.
    if (failures.every(({ error }) => error.kind === 'circuit_open')) {
      return tryTarget(routed, first, { lastResort: true, isLate: true });
    }
    throw summary(failures, call);
  };
}

/** A route that can't be used at all is not worth a mention when another one failed. */
function isUsable({ problem, credential }: Target): boolean {
  return problem === undefined && credential.kind !== 'missing';
}

/** Takes those out whose context window isn't known to be larger. */
function keepLarger(waiting: Target[], { facts }: Target): void {
  const tooSmall = facts.contextWindow ?? Number.POSITIVE_INFINITY;
  const larger = waiting.filter((target) => (target.facts.contextWindow ?? 0) > tooSmall);
  waiting.splice(0, waiting.length, ...larger);
}

/** The most useful of the failures; its text also names the others. */
function summary(failures: readonly Failure[], call: Call): GatewayError {
  const [first, ...rest] = failures.map(({ error }) => error);
  if (first === undefined) throw new Error('no target was tried');
  const error = mostUseful([first, ...rest]);
  // Clients match on an overflow's very words.
  if (rest.length === 0 || error.kind === 'context_overflow') return error;
  const others = failures
    .filter((failure) => failure.error !== error)
    .map(
      (failure) =>
        `${failure.target.route} (${targetName(failure.target, call.model)}): ` +
        failure.error.kind.replaceAll('_', ' '),
    );
  return error.reworded(`${error.message} Also tried: ${others.join('; ')}.`);
}
