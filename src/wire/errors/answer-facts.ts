import type { GatewayErrorOptions, UpstreamAnswer } from '../../core/errors.ts';
import { retryAfterMs } from './retry-after.ts';

/** What the head of an error answer says, whatever its body: status, wait, worth another try. */
export function answerFacts({
  status,
  headers,
}: UpstreamAnswer): Pick<
  GatewayErrorOptions,
  'upstreamStatus' | 'retryAfterMs' | 'upstreamSaysRetry'
> {
  const waitMs = retryAfterMs(headers);
  const shouldRetry = headers.get('x-should-retry');
  return {
    upstreamStatus: status,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(shouldRetry === 'true' || shouldRetry === 'false'
      ? { upstreamSaysRetry: shouldRetry === 'true' }
      : {}),
  };
}
