import type { Context } from 'hono';
import { GatewayError } from '../../core/errors.ts';
import { CLIENT_TOKEN_HEADER } from '../../core/control.ts';
import { percentDecoded } from '../../lib/percent.ts';
import { Secret } from '../../lib/secret.ts';
import { clientCredential, shownTokens } from '../client-auth.ts';
import { clientKind } from '../client-kind.ts';
import type { HttpContext, HttpEnv } from '../context.ts';
import { Admission } from '../stream/admission.ts';

/** The subprotocol's own name; a browser wants one of those that it offers. */
const PROTOCOL = 'cc-route.v1';

/** Carries the token, as a page can set no header. The token is percent-encoded where need be. */
const TOKEN_PROTOCOL = 'cc-route.token.';

/**
 * `WS /v1/stream`: becomes a socket that answers each text frame, a body of `/v1/messages`, by the
 * events of its stream. Where the gateway wants a token, it comes by header, by subprotocol, or in
 * the first frame.
 *
 * @throws GatewayError `client_unauthorized` where the token by subprotocol or in
 * `x-cc-route-token` is a wrong one
 */
export function streamEndpoint(http: HttpContext) {
  return (c: Context<HttpEnv>): Response => {
    const request = c.req.raw;
    const { headers } = request;
    if (headers.get('upgrade')?.toLowerCase() !== 'websocket') {
      throw new GatewayError(
        'malformed_request',
        'GET /v1/stream is a WebSocket; without one, POST /v1/messages streams.',
      );
    }
    const offered = (headers.get('sec-websocket-protocol') ?? '')
      .split(',')
      .map((name) => name.trim());
    const byProtocol = offered.find((name) => name.startsWith(TOKEN_PROTOCOL));
    const shown = shownTokens(headers);
    if (byProtocol !== undefined) {
      const token = byProtocol.slice(TOKEN_PROTOCOL.length);
      shown.push(new Secret(token), new Secret(percentDecoded(token)));
    }
    const admission = new Admission(headers.get('origin'), shown);
    if (byProtocol !== undefined || headers.has(CLIENT_TOKEN_HEADER)) admission.check(http);

    const protocol = offered.includes(PROTOCOL) ? PROTOCOL : byProtocol;
    const queryAt = request.url.indexOf('?');
    const handshake = {
      query: queryAt === -1 ? '' : request.url.slice(queryAt),
      headers: apiHeaders(headers),
      credential: clientCredential(headers, http.clientToken),
      client: clientKind(headers),
    };
    const isUpgraded = c.env.server.upgrade(request, {
      data: { origin: { handshake, admission }, socket: null },
      ...(protocol === undefined ? {} : { headers: { 'sec-websocket-protocol': protocol } }),
    });
    if (!isUpgraded) throw new GatewayError('malformed_request', 'This is no WebSocket handshake.');
    return new Response(null, { status: 101 });
  };
}

/** Of a handshake's headers only those of Anthropic's API mean something to an upstream. */
function apiHeaders(headers: Headers): Headers {
  const result = new Headers();
  for (const [name, value] of headers) {
    if (/^(?:anthropic-|x-claude-code-)/.test(name)) result.set(name, value);
  }
  return result;
}
