import type { Call } from '../core/call.ts';

/** What clients wait at most without saying so: Anthropic's SDKs and Claude Code wait 10 minutes. */
const CLIENT_TIMEOUT_MS = 600_000;

/** An hour: whoever asks for more is answered sooner all the same. */
const LONGEST_MS = 3_600_000;

/** What is left to tell the client about a failure before it gives up by itself. */
const SHARE = 0.95;

/**
 * How long a call may take to get its answer, all retries and fallbacks included, in milliseconds:
 * a little less than the client waits, so that it learns what went wrong. Anthropic's SDKs tell their
 * limit in seconds in `x-stainless-timeout`.
 */
export function timeLimitMs({ headers }: Pick<Call, 'headers'>): number {
  const seconds = Number(headers.get('x-stainless-timeout') ?? Number.NaN);
  const clientMs = seconds > 0 ? Math.min(seconds * 1000, LONGEST_MS) : CLIENT_TIMEOUT_MS;
  return clientMs * SHARE;
}
