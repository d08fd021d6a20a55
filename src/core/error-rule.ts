/** Anthropic's error types (https://docs.anthropic.com/en/api/errors). */
export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'api_error'
  | 'overloaded_error';

/** What is decided by an error's kind: one row of the table in `errors.ts`. */
export interface ErrorRule {
  /** HTTP status for the client. */
  readonly status: number;
  /** Status for Claude Code where it would hide or misread the general one. */
  readonly claudeCodeStatus?: number;
  readonly type: ErrorType;
  /** Worth trying the same target again. */
  readonly retry: boolean;
  /** Worth trying the next target of the chain. */
  readonly fallback: boolean;
  /**
   * May be a kept-alive connection that the upstream closed just when the request left: the first
   * time it is tried again at once, beside the attempts that are configured.
   */
  readonly maybeStale?: true;
  /** A `retry-after` with it asks for the retry, which costs no budget. */
  readonly invitesRetry?: true;
  /** Value of the `x-should-retry` header; absent leaves the decision to the client's own rule. */
  readonly shouldRetry?: boolean;
  /** Whose fault it is: what an operator looks at first, and a metric's label. */
  readonly fault: 'client' | 'config' | 'upstream' | 'network' | 'gateway';
  /**
   * After how many such failures in a row the target counts as down, so that its circuit opens. 1
   * where a failure costs the client a long wait. Absent: it says nothing about the target's health.
   */
  readonly opensCircuitAfter?: number;
  /**
   * How long the key rests with which it happened, where a route has several, in milliseconds. The
   * upstream's own `retry-after` counts for more. Absent: the key is not at fault.
   */
  readonly keyRestMs?: number;
  /** No request went out. An earlier failure of the same call tells more. */
  readonly unsent?: true;
}
