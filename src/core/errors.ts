import type { ErrorRule, ErrorType } from './error-rule.ts';

/**
 * Every way a request can fail, as one table. A kind decides the HTTP status, Anthropic's error
 * type and what the client does next; no other file decides any of these.
 *
 * The statuses follow what Claude Code was measured to do with them: it repeats a 401 for minutes
 * unless `x-should-retry: false` says otherwise, never shows the text of a 404, shows 402, 409 and
 * 410 at once, and repeats 500 and 529 about ten times.
 */

const rule = (
  status: number,
  type: ErrorType,
  fault: ErrorRule['fault'],
  more: Partial<ErrorRule> = {},
): ErrorRule => ({ status, type, fault, retry: false, fallback: false, ...more });

export const ERROR_KINDS = {
  // The client's request, before any upstream is involved.
  malformed_request: rule(400, 'invalid_request_error', 'client', { shouldRetry: false }),
  request_too_large: rule(413, 'request_too_large', 'client', { shouldRetry: false }),
  unknown_endpoint: rule(404, 'not_found_error', 'client', { shouldRetry: false }),
  /** An id of a call that isn't among the last ones. */
  unknown_request: rule(404, 'not_found_error', 'client', {
    claudeCodeStatus: 410,
    shouldRetry: false,
  }),
  method_not_allowed: rule(405, 'invalid_request_error', 'client', { shouldRetry: false }),
  unknown_model: rule(404, 'not_found_error', 'client', {
    claudeCodeStatus: 410,
    shouldRetry: false,
  }),
  client_unauthorized: rule(401, 'authentication_error', 'client', { shouldRetry: false }),
  client_forbidden: rule(403, 'permission_error', 'client', { shouldRetry: false }),

  // The configuration.
  missing_credential: rule(401, 'authentication_error', 'config', {
    fallback: true,
    shouldRetry: false,
  }),
  /** The limit that the configuration sets on spending is reached. */
  budget_exceeded: rule(402, 'billing_error', 'config', { shouldRetry: false }),
  broken_config: rule(409, 'invalid_request_error', 'config', { shouldRetry: false }),
  unusable_route: rule(409, 'invalid_request_error', 'config', {
    fallback: true,
    shouldRetry: false,
  }),

  // What an upstream answered.
  upstream_unauthorized: rule(401, 'authentication_error', 'upstream', {
    fallback: true,
    shouldRetry: false,
    keyRestMs: 600_000,
  }),
  upstream_forbidden: rule(403, 'permission_error', 'upstream', {
    fallback: true,
    shouldRetry: false,
  }),
  upstream_billing: rule(402, 'billing_error', 'upstream', {
    fallback: true,
    shouldRetry: false,
    keyRestMs: 600_000,
  }),
  upstream_bad_request: rule(400, 'invalid_request_error', 'upstream'),
  upstream_unknown_model: rule(404, 'not_found_error', 'upstream', {
    claudeCodeStatus: 410,
    fallback: true,
    shouldRetry: false,
  }),
  upstream_not_found: rule(404, 'not_found_error', 'upstream', {
    claudeCodeStatus: 410,
    fallback: true,
    shouldRetry: false,
  }),
  /** Worth a fallback only where the next model's context window is larger. */
  context_overflow: rule(400, 'invalid_request_error', 'upstream', { fallback: true }),
  upstream_too_large: rule(413, 'request_too_large', 'upstream', { fallback: true }),
  rate_limited: rule(429, 'rate_limit_error', 'upstream', {
    retry: true,
    fallback: true,
    invitesRetry: true,
    keyRestMs: 30_000,
  }),
  overloaded: rule(529, 'overloaded_error', 'upstream', {
    retry: true,
    fallback: true,
    opensCircuitAfter: 5,
  }),
  upstream_failed: rule(500, 'api_error', 'upstream', {
    retry: true,
    fallback: true,
    opensCircuitAfter: 5,
  }),
  /** The upstream's own word: 408, 504 and the like. */
  upstream_timeout: rule(504, 'timeout_error', 'upstream', {
    retry: true,
    fallback: true,
    opensCircuitAfter: 3,
  }),
  upstream_redirect: rule(502, 'api_error', 'config', { fallback: true, shouldRetry: false }),
  malformed_reply: rule(502, 'api_error', 'upstream', {
    retry: true,
    fallback: true,
    opensCircuitAfter: 5,
  }),
  /** The stream or body ended before the answer was complete. */
  truncated_reply: rule(502, 'api_error', 'network', {
    retry: true,
    fallback: true,
    opensCircuitAfter: 5,
  }),

  // The way to the upstream.
  unreachable: rule(502, 'api_error', 'network', {
    retry: true,
    fallback: true,
    shouldRetry: false,
    opensCircuitAfter: 3,
  }),
  // The system has repeated the connection's first packet for seconds: so will the next one end.
  connect_timeout: rule(504, 'timeout_error', 'network', {
    fallback: true,
    shouldRetry: false,
    opensCircuitAfter: 1,
  }),
  connection_lost: rule(502, 'api_error', 'network', {
    retry: true,
    fallback: true,
    maybeStale: true,
    opensCircuitAfter: 5,
  }),
  /** Connected, but no byte came for as long as `timeouts` allows: minutes. */
  upstream_silent: rule(504, 'timeout_error', 'upstream', { fallback: true, opensCircuitAfter: 1 }),
  /** The client would give up before an answer could come. */
  out_of_time: rule(504, 'timeout_error', 'upstream', { opensCircuitAfter: 3 }),
  /** The target failed too often lately. */
  circuit_open: rule(503, 'overloaded_error', 'upstream', { fallback: true, unsent: true }),

  // The gateway itself.
  /** Its own limit on requests to a host is reached; the client is told when to come back. */
  throttled: rule(429, 'rate_limit_error', 'gateway', { shouldRetry: true, unsent: true }),
  /** The usage database can't be read. */
  usage_unavailable: rule(500, 'api_error', 'gateway', { shouldRetry: false }),
  client_gone: rule(499, 'api_error', 'client'),
  draining: rule(503, 'overloaded_error', 'gateway'),
  internal: rule(500, 'api_error', 'gateway', { shouldRetry: false }),
} as const satisfies Record<string, ErrorRule>;

export type ErrorKind = keyof typeof ERROR_KINDS;

/** An upstream's own error answer, kept so that passthrough can forward it byte by byte. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What an upstream said about its failure, whatever the shape. */
export interface UpstreamProblem {
  /** For people; may be empty. */
  readonly text: string;
  /** `code` and `type` in lower case, for tables. */
  readonly code: string;
  readonly type: string;
  /** An HTTP status inside of the body. */
  readonly status: number | undefined;
  /** The field that is meant, or what some vendors write in its place. */
  readonly param?: string;
}

export interface GatewayErrorOptions {
  /** How long the upstream asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The upstream's own `x-should-retry`. */
  readonly upstreamSaysRetry?: boolean;
  /** Set where the client is to get the upstream's answer untouched. */
  readonly passthrough?: UpstreamAnswer;
  /** The upstream's status, where there was an answer. */
  readonly upstreamStatus?: number;
  readonly cause?: unknown;
}

/**
 * A failure with a kind from {@link ERROR_KINDS}. The message is shown to the person at the
 * terminal: it names the route and the provider, the cause and the next step, and no secret.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly kind: ErrorKind;
  readonly retryAfterMs: number | undefined;
  readonly upstreamSaysRetry: boolean | undefined;
  readonly passthrough: UpstreamAnswer | undefined;
  readonly upstreamStatus: number | undefined;
  /** The upstream's own words, for those who can mend what it complains of. Never shown. */
  problem: UpstreamProblem | null = null;

  constructor(kind: ErrorKind, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
    this.upstreamSaysRetry = options.upstreamSaysRetry;
    this.passthrough = options.passthrough;
    this.upstreamStatus = options.upstreamStatus;
  }

  get rule(): ErrorRule {
    return ERROR_KINDS[this.kind];
  }

  /** The same failure in other words, and without the upstream's own answer. */
  reworded(message: string): GatewayError {
    const { cause, retryAfterMs, upstreamSaysRetry, upstreamStatus } = this;
    return new GatewayError(this.kind, message, {
      cause,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(upstreamSaysRetry === undefined ? {} : { upstreamSaysRetry }),
      ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
    });
  }

  /** Worth trying the same target again. The upstream's own word counts for more than the rule. */
  get worthRetry(): boolean {
    return this.upstreamSaysRetry ?? this.rule.retry;
  }

  /** `x-should-retry` for the client; `undefined`: its own rule decides. */
  get shouldRetry(): boolean | undefined {
    return this.rule.shouldRetry ?? this.upstreamSaysRetry;
  }
}

/**
 * Of one call's failures at several targets, what to tell the client. An overflow first, because
 * compacting makes the next try work; then whatever may pass, because the client tries again on its
 * own; else the first. Where a request went out it tells more than where none did.
 *
 * @param errors in the order of trying; at least one
 */
export function mostUseful(errors: readonly [GatewayError, ...GatewayError[]]): GatewayError {
  return (
    errors.find(({ kind }) => kind === 'context_overflow') ??
    errors.find(({ worthRetry, shouldRetry }) => worthRetry && shouldRetry !== false) ??
    errors.find(({ rule }) => rule.unsent !== true) ??
    errors[0]
  );
}

/** The status that a client gets for an error before the commit point. */
export function clientStatus(
  { rule, passthrough }: GatewayError,
  client: 'claude-code' | 'other',
): number {
  if (passthrough !== undefined) return passthrough.status;
  return client === 'claude-code' ? (rule.claudeCodeStatus ?? rule.status) : rule.status;
}

/** The body of an Anthropic error answer, and of an SSE `error` event. */
export interface ErrorEnvelope {
  readonly type: 'error';
  readonly error: { readonly type: ErrorType; readonly message: string };
  readonly request_id?: string;
}

export function errorEnvelope(error: GatewayError, requestId?: string): ErrorEnvelope {
  return {
    type: 'error',
    error: { type: error.rule.type, message: error.message },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}
