import { type ErrorKind, type UpstreamProblem } from '../../core/errors.ts';

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

/** What kind of failure an upstream's status and words are. */
export function classify({ code, type, text }: UpstreamProblem, status: number): ErrorKind {
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
