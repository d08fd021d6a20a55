import type { Context } from 'hono';
import type { Endpoint } from '../../core/call.ts';
import { forwardableHeaders } from '../../core/headers.ts';
import { answer, makeCall } from '../call.ts';
import { clientCredential } from '../client-auth.ts';
import { clientKind } from '../client-kind.ts';
import type { HttpContext, HttpEnv } from '../context.ts';
import { readBody } from '../request-body.ts';

/** `POST /v1/messages` and `/v1/messages/count_tokens`: the gateway itself. */
export function messagesEndpoint(endpoint: Endpoint, http: HttpContext) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const request = c.req.raw;
    const body = await readBody(request);
    // A model may think for minutes; the upstream's timers decide, not the server's.
    c.env.server.timeout(request, 0);
    const queryAt = request.url.indexOf('?');
    const call = makeCall({
      id: c.get('requestId'),
      endpoint,
      body,
      query: queryAt === -1 ? '' : request.url.slice(queryAt),
      headers: forwardableHeaders(request.headers),
      credential: clientCredential(request.headers, http.clientToken),
      client: clientKind(request.headers),
      signal: request.signal,
    });
    c.set('isCall', true);
    const { status, headers, body: answerBody } = await answer(call, http);
    if (!headers.has('request-id')) headers.set('request-id', call.id);
    return new Response(answerBody as Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, {
      status,
      headers,
    });
  };
}
