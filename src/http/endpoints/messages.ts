import type { Context } from 'hono';
import { scanBody } from '../../core/body-scan.ts';
import type { Call, Endpoint } from '../../core/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { forwardableHeaders } from '../../core/headers.ts';
import { Journal } from '../../core/journal.ts';
import type { AnthropicRequest } from '../../core/messages.ts';
import { systemClock } from '../../lib/clock.ts';
import { clientCredential } from '../client-auth.ts';
import { clientKind } from '../client-kind.ts';
import type { HttpContext, HttpEnv } from '../context.ts';

/** `POST /v1/messages` and `/v1/messages/count_tokens`: the gateway itself. */
export function messagesEndpoint(endpoint: Endpoint, http: HttpContext) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const request = c.req.raw;
    // A model may think for minutes; the upstream's timers decide, not the server's.
    c.env.server.timeout(request, 0);
    const call = await readCall(request, endpoint, c.get('requestId'), http);
    c.set('isCall', true);
    http.activeRequests += 1;
    try {
      const reply = await http.gateway.handle(call);
      void reply.outcome.finally(() => {
        http.activeRequests -= 1;
      });
      if (!reply.headers.has('request-id')) reply.headers.set('request-id', call.id);
      return new Response(reply.body as Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, {
        status: reply.status,
        headers: reply.headers,
      });
    } catch (error) {
      http.activeRequests -= 1;
      throw error;
    }
  };
}

async function readCall(
  request: Request,
  endpoint: Endpoint,
  id: string,
  http: HttpContext,
): Promise<Call> {
  const body = new Uint8Array(await request.arrayBuffer());
  const { model, modelSpan, stream } = scanBody(body);
  const queryAt = request.url.indexOf('?');
  let parsed: AnthropicRequest | null = null;
  return {
    id,
    endpoint,
    body,
    model,
    modelSpan,
    stream,
    query: queryAt === -1 ? '' : request.url.slice(queryAt),
    headers: forwardableHeaders(request.headers),
    credential: clientCredential(request.headers, http.clientToken),
    client: clientKind(request.headers),
    signal: request.signal,
    journal: new Journal(systemClock.now),
    json: () => (parsed ??= parseBody(body)),
  };
}

function parseBody(body: Uint8Array): AnthropicRequest {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'not valid JSON';
    throw new GatewayError('malformed_request', `Invalid request body: ${reason}.`, { cause });
  }
}
