import type { Call } from '../../core/call.ts';
import { GatewayError, type ErrorKind, type UpstreamAnswer } from '../../core/errors.ts';
import type { Target } from '../../providers/target.ts';
import { quote, readProblem, readProblemBytes, type UpstreamProblem } from './error-body.ts';
import type { ErrorContext } from './error-context.ts';
import { asObject, isObject, type JsonObject } from './json.ts';
import { overflowError, readOverflow } from './overflow.ts';
import { retryAfterMs } from './retry-after.ts';

const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  400: 'upstream_bad_request',
  401: 'upstream_unauthorized',
  402: 'upstream_billing',
  403: 'upstream_forbidden',
  404: 'upstream_not_found',
  408: 'upstream_timeout',
  413: 'upstream_too_large',
  422: 'upstream_bad_request',
  429: 'rate_limited',
  // Groq: the flex tier has no capacity.
  498: 'overloaded',
  503: 'overloaded',
  504: 'upstream_timeout',
  524: 'upstream_timeout',
  529: 'overloaded',
};

/**
 * `code` or `type` → kind, where vendors use a status that says less. Sources: OpenAI, Groq, Kimi,
 * GLM and OpenRouter error references.
 */
const KIND_BY_CODE: Readonly<Record<string, ErrorKind>> = {
  insufficient_quota: 'upstream_billing',
  exceeded_current_quota_error: 'upstream_billing',
  insufficient_balance: 'upstream_billing',
  billing_not_active: 'upstream_billing',
  billing_hard_limit_reached: 'upstream_billing',
  // GLM: the account has no balance; the key or the request is refused.
  '1113': 'upstream_billing',
  model_not_found: 'upstream_unknown_model',
  model_not_exist: 'upstream_unknown_model',
  deploymentnotfound: 'upstream_unknown_model',
  invalid_api_key: 'upstream_unauthorized',
  authentication_error: 'upstream_unauthorized',
  invalid_authentication_error: 'upstream_unauthorized',
  rate_limit_exceeded: 'rate_limited',
  rate_limit_error: 'rate_limited',
  rate_limit_reached_error: 'rate_limited',
  engine_overloaded_error: 'overloaded',
  overloaded_error: 'overloaded',
  // Groq: the model wrote a malformed call; asking again helps.
  tool_use_failed: 'upstream_failed',
};

/** Wordings of a model that isn't there, where status and code say less (DeepSeek, OpenRouter, vLLM). */
const UNKNOWN_MODEL =
  /model not exist|not a valid model|model `?.{0,100}`? (?:does not exist|not found)|no such model|unknown model|model .{0,100} is not (?:found|available)/i;
const NO_CREDIT =
  /insufficient (?:quota|balance|credit|funds)|exceeded your current quota|no credits|余额不足/i;
const OVERLOADED = /overloaded|no (?:available )?provider|at capacity|too busy/i;
/** "valid range of max_tokens is [1, 8192]" and the like (DeepSeek, GLM). */
const OUTPUT_LIMIT =
  /max_(?:completion_)?tokens\D{0,80}(?:\[\d+, ?(\d+)\]|(?:at most|<=|less than or equal to|maximum(?: value)? (?:of|is)) ?(\d+))/i;

/** Who answered, for the start of a message. */
export function upstreamName(target: Target): string {
  return `${target.provider.label} (route ${target.route})`;
}

/** Reads an answer outside 2xx. Never throws. */
export function decodeError(answer: UpstreamAnswer, call: Call, target: Target): GatewayError {
  const problem = readProblemBytes(answer.body);
  const waitMs = retryAfterMs(answer.headers);
  const empty = answer.body.length === 0 && (answer.status === 400 || answer.status === 413);
  if (empty && target.compat.emptyErrorIsOverflow) {
    return overflowError({}, { call, target }, answer.status);
  }
  return toError(problem, answer.status, { call, target }, waitMs);
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
  return toError(problem, problem.status ?? 500, context, undefined);
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
  waitMs: number | undefined,
): GatewayError {
  const kind = classify(problem, status);
  const settled = kind === 'upstream_unauthorized' || kind === 'upstream_billing';
  const overflow = settled ? null : readOverflow(problem.text, problem.code);
  if (overflow !== null) return overflowError(overflow, context, status);
  return new GatewayError(kind, explain(kind, problem, status, context), {
    upstreamStatus: status,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

function classify({ code, type, text }: UpstreamProblem, status: number): ErrorKind {
  if (status >= 300 && status < 400) return 'upstream_redirect';
  const known = KIND_BY_CODE[code] ?? KIND_BY_CODE[type];
  if (known !== undefined && KIND_BY_STATUS[status] !== 'upstream_unauthorized') return known;
  if (status !== 401 && status < 500 && NO_CREDIT.test(text)) return 'upstream_billing';
  if ((status === 400 || status === 404 || status === 422) && UNKNOWN_MODEL.test(text)) {
    return 'upstream_unknown_model';
  }
  if (status >= 500 && OVERLOADED.test(text)) return 'overloaded';
  return KIND_BY_STATUS[status] ?? (status < 500 ? 'upstream_bad_request' : 'upstream_failed');
}

interface Story {
  readonly label: string;
  readonly route: string;
  /** The route's key in the configuration. */
  readonly setting: string;
  readonly status: number;
  readonly model: string;
  readonly target: Target;
  /** What the upstream said, after a colon, or a full stop. */
  readonly because: string;
  readonly text: string;
}

/** What happened and what to do next, for the person at the terminal. */
const STORIES: Partial<Record<ErrorKind, (story: Story) => string>> = {
  upstream_unauthorized: ({ label, route, because, setting, target }) => {
    const { keyVariable, keyURL } = target.provider;
    const variable = keyVariable === undefined ? '' : ` or ${keyVariable}`;
    const place = keyURL === undefined ? '' : ` Keys: ${keyURL}`;
    return `${label} rejected the API key of route ${route}${because} Check ${setting}.authToken${variable}.${place}`;
  },
  upstream_billing: ({ label, route, because }) =>
    `${label} has no quota or credit left for route ${route}${because} Top up the account, or choose another model.`,
  upstream_forbidden: ({ label, route, because, setting }) =>
    `${label} refused the request of route ${route}${because} The key (${setting}.authToken) may not be allowed to use this model.`,
  upstream_unknown_model: ({ label, route, because, setting, model }) =>
    `${label} has no model "${model}" for route ${route}${because} Set ${setting}.model to one that it has.`,
  upstream_not_found: ({ label, route, because, setting, model, target }) =>
    `${label} found nothing at ${target.baseURL} for route ${route}${because} Check ${setting}.baseURL and ${setting}.model ("${model}").`,
  rate_limited: ({ label, route, because }) =>
    `${label} limits the rate of route ${route}${because} Wait, or choose another model.`,
  overloaded: ({ label, route, because }) =>
    `${label} is overloaded (route ${route})${because} Try again later, or choose another model.`,
  upstream_timeout: ({ label, route, because, status }) =>
    `${label} took too long (route ${route}, status ${status})${because} Try again.`,
  upstream_too_large: ({ label, route, because }) =>
    `${label} found the request of route ${route} too large${because} Shorten the conversation with /compact.`,
  upstream_redirect: ({ label, route, setting, status }) =>
    `${label} answered ${status}, a redirect, which is not followed (route ${route}). Correct ${setting}.baseURL.`,
  upstream_bad_request: ({ label, route, because, setting, status, text }) =>
    `${label} rejected the request of route ${route} with status ${status}${because}${outputAdvice(text, setting)}`,
};

function explain(
  kind: ErrorKind,
  { text }: UpstreamProblem,
  status: number,
  { call, target }: ErrorContext,
): string {
  const { label } = target.provider;
  const { route } = target;
  const said = quote(text);
  const because = said === '' ? '.' : `: ${said}`;
  const story: Story = {
    label,
    route,
    setting: `modelRoutes.${route}`,
    status,
    model: target.model ?? call.model,
    target,
    because,
    text,
  };
  return (
    STORIES[kind]?.(story) ??
    `${label} failed with status ${status} (route ${route})${because} Try again.`
  );
}

function outputAdvice(text: string, setting: string): string {
  const match = OUTPUT_LIMIT.exec(text);
  const limit = match?.[1] ?? match?.[2];
  return limit === undefined ? '' : ` Set ${setting}.maxOutputTokens to ${limit}.`;
}
