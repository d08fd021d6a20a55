import { clientStatus, errorEnvelope, GatewayError } from '../core/errors.ts';
import { clientHeaders } from '../core/headers.ts';

/** What an error's answer depends on besides the error. */
export interface ErrorContext {
  readonly requestId: string;
  readonly client: 'claude-code' | 'other';
}

/** Anything thrown → a {@link GatewayError}; what nobody expected becomes `internal`. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError(
    'internal',
    'The gateway failed on this request. Its log has the details: cc-route logs.',
    { cause: error },
  );
}

/** An error as the HTTP answer that makes the client do the right thing. */
export function errorResponse(error: GatewayError, context: ErrorContext): Response {
  const { passthrough } = error;
  if (passthrough !== undefined) {
    const headers = clientHeaders(passthrough.headers, true);
    if (!headers.has('request-id')) headers.set('request-id', context.requestId);
    return new Response(Uint8Array.from(passthrough.body), { status: passthrough.status, headers });
  }
  const headers = new Headers({
    'content-type': 'application/json',
    'request-id': context.requestId,
  });
  if (error.shouldRetry !== undefined) headers.set('x-should-retry', String(error.shouldRetry));
  if (error.retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    // Anthropic's and OpenAI's SDKs prefer it, because it is exact.
    headers.set('retry-after-ms', String(Math.ceil(error.retryAfterMs)));
  }
  const status = clientStatus(error, context.client);
  const body = JSON.stringify(errorEnvelope(error, context.requestId));
  return new Response(body, { status, headers });
}
