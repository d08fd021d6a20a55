import type { Call } from '../../core/call.ts';
import {
  GatewayError,
  type GatewayErrorOptions,
  type UpstreamAnswer,
  type UpstreamProblem,
} from '../../core/errors.ts';
import type { Target } from '../../providers/target.ts';
import { answerFacts } from '../errors/answer-facts.ts';
import { readProblem, readProblemBytes } from '../errors/body.ts';
import { classify } from '../errors/classify.ts';
import type { ErrorContext } from '../errors/context.ts';
import { explain, upstreamName } from '../errors/explain.ts';
import { asObject, isObject, type JsonObject } from '../json.ts';
import { overflowError, readOverflow } from '../errors/overflow.ts';

/** Reads an answer outside 2xx. Never throws. */
export function decodeError(answer: UpstreamAnswer, call: Call, target: Target): GatewayError {
  const problem = readProblemBytes(answer.body);
  const empty = answer.body.length === 0 && (answer.status === 400 || answer.status === 413);
  if (empty && target.compat.emptyErrorIsOverflow) {
    return overflowError({}, { call, target }, answer.status);
  }
  return toError(problem, answer.status, { call, target }, answerFacts(answer));
}

/** The error in a chunk or in a whole reply with a 2xx status; `null` where there is none. */
export function errorInReply(reply: JsonObject, context: ErrorContext): GatewayError | null {
  const { error, choices } = reply;
  const failed = isObject(error) || (typeof error === 'string' && error !== '');
  if (failed || reply['object'] === 'error' || reply['type'] === 'error') {
    return errorFrom(reply, context);
  }
  if (Array.isArray(choices)) {
    const first = asObject(choices[0])['error'];
    return isObject(first) ? errorFrom({ error: first }, context) : null;
  }
  // Some services answer 200 with a code and a message in place of choices.
  return reply['usage'] === undefined && readProblem(reply) !== null
    ? errorFrom(reply, context)
    : null;
}

/** `finish_reason` was one that stands for a failure. */
export function finishError(
  reason: string,
  choice: JsonObject,
  context: ErrorContext,
): GatewayError {
  if (isObject(choice['error'])) return errorFrom({ error: choice['error'] }, context);
  const kind = reason === 'insufficient_system_resource' ? 'overloaded' : 'upstream_failed';
  return new GatewayError(
    kind,
    `${upstreamName(context.target)} gave up with finish_reason "${reason}". Try again.`,
  );
}

/** An error that came as a value, without an HTTP status of its own. */
export function errorFrom(value: unknown, context: ErrorContext): GatewayError {
  const problem = readProblem(value) ?? { text: '', code: '', type: '', status: undefined };
  const status = problem.status ?? 500;
  return toError(problem, status, context, { upstreamStatus: status });
}

/** A failure while a reply is read: the upstream's own, or a reply in a form nobody expects. */
export function asReplyError(cause: unknown, { target }: ErrorContext): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const message = `${upstreamName(target)} sent something that can't be read.`;
  return new GatewayError('malformed_reply', message, { cause });
}

function toError(
  problem: UpstreamProblem,
  status: number,
  context: ErrorContext,
  facts: GatewayErrorOptions,
): GatewayError {
  const kind = classify(problem, status);
  const overflow = readOverflow(problem, kind);
  const error =
    overflow === null
      ? new GatewayError(kind, explain(kind, problem, status, context), facts)
      : overflowError(overflow, context, status);
  error.problem = problem;
  return error;
}
