import { CLIENT_TOKEN_HEADER, CONTROL_HEADER } from './control.ts';

/** Headers of one connection only (RFC 9110, section 7.6.1), and those that describe the body. */
const CONNECTION_HEADERS = [
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** What a client's request must never carry to an upstream by itself. */
const PRIVATE_HEADERS = [
  'accept-encoding',
  'authorization',
  'cookie',
  'forwarded',
  'origin',
  'proxy-authorization',
  'referer',
  'x-api-key',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  CLIENT_TOKEN_HEADER,
  CONTROL_HEADER,
];

/** The client's headers that may go on, credentials and connection headers taken out. */
export function forwardableHeaders(headers: Headers): Headers {
  const result = new Headers(headers);
  // RFC 9110: a header that `connection` names belongs to this connection, too.
  for (const name of (headers.get('connection') ?? '').split(',')) {
    if (/^[\w-]+$/.test(name.trim())) result.delete(name.trim());
  }
  for (const name of CONNECTION_HEADERS) result.delete(name);
  for (const name of PRIVATE_HEADERS) result.delete(name);
  return result;
}

/**
 * An upstream's headers for the client. Bun decodes the body but keeps `content-encoding`, and a
 * cookie of an upstream has no business on the gateway's address.
 *
 * @param passthrough the client gets the upstream's own `request-id`, not only a copy of it
 */
export function clientHeaders(headers: Headers, passthrough: boolean): Headers {
  const result = new Headers(headers);
  for (const name of CONNECTION_HEADERS) result.delete(name);
  result.delete('set-cookie');
  result.delete('alt-svc');
  result.delete('strict-transport-security');
  const upstreamId = result.get('request-id') ?? result.get('x-request-id');
  if (upstreamId !== null && !passthrough) {
    result.delete('request-id');
    result.set('x-upstream-request-id', upstreamId);
  }
  return result;
}
