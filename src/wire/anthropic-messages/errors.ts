import type { Call } from '../../core/call.ts';
import {
  GatewayError,
  type ErrorKind,
  type UpstreamAnswer,
  type UpstreamProblem,
} from '../../core/errors.ts';
import { acceptsClientCredential, type Target } from '../../providers/target.ts';
import { answerFacts } from '../errors/answer-facts.ts';
import { quote, readProblemBytes } from '../errors/body.ts';
import { classify } from '../errors/classify.ts';
import type { ErrorContext } from '../errors/context.ts';
import { explain, upstreamName } from '../errors/explain.ts';
import { overflowError, readOverflow } from '../errors/overflow.ts';

/**
 * Failures of the gateway's own configuration: a key, a balance, an address that the person has to
 * mend and that the upstream can't name. They get the gateway's words.
 */
const EXPLAINED: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'upstream_unauthorized',
  'upstream_billing',
  'upstream_forbidden',
  'upstream_unknown_model',
  'upstream_not_found',
]);

/** Anthropic's words for a prompt that is too long, on which Claude Code compacts. */
const PROMPT_TOO_LONG = /prompt is too long: \d+ tokens > \d+ maximum/;

/**
 * Reads an error answer. The client gets most of them untouched, because Claude Code matches on
 * wordings; all of them where the credential was the client's own. A context that is too long is
 * told in Anthropic's words: Claude Code 2.1.197 doesn't know all others.
 */
export function decodeError(answer: UpstreamAnswer, call: Call, target: Target): GatewayError {
  const problem = readProblemBytes(answer.body);
  const error = asError(problem, answer, { call, target });
  error.problem = problem;
  return error;
}

function asError(
  problem: UpstreamProblem,
  answer: UpstreamAnswer,
  context: ErrorContext,
): GatewayError {
  const { target } = context;
  const kind = classify(problem, answer.status);
  const overflow = readOverflow(problem, kind);
  if (overflow !== null) {
    const error = overflowError(overflow, context, answer.status);
    const spoken = isAnthropic(target) || PROMPT_TOO_LONG.test(problem.text);
    return spoken
      ? new GatewayError(error.kind, error.message, {
          upstreamStatus: answer.status,
          passthrough: answer,
        })
      : error;
  }
  const explained = target.credential.kind !== 'client' && EXPLAINED.has(kind);
  return new GatewayError(kind, explain(kind, problem, answer.status, context), {
    ...answerFacts(answer),
    ...(explained ? {} : { passthrough: answer }),
  });
}

/** Anthropic's error type → status, for errors inside of a stream or a 2xx body. */
const STATUS_BY_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  timeout_error: 504,
  overloaded_error: 529,
};

/** An error that came under a 2xx status or inside of a stream. */
export function errorFromBody(body: Uint8Array, context: ErrorContext): GatewayError {
  const { target } = context;
  const problem = readProblemBytes(body);
  const kind = classify(problem, STATUS_BY_TYPE[problem.type] ?? problem.status ?? 500);
  const overflow = readOverflow(problem, kind);
  const said = quote(problem.text);
  const error =
    overflow === null
      ? new GatewayError(
          kind,
          `${upstreamName(target)}: ${said === '' ? 'an error without a text.' : said}`,
        )
      : overflowError(overflow, context);
  error.problem = problem;
  return error;
}

/** Anthropic itself, and no other service that speaks its format. */
function isAnthropic({ provider, baseURL }: Target): boolean {
  return acceptsClientCredential(provider, baseURL);
}
