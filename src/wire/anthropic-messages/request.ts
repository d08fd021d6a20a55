import type { Call, Endpoint } from '../../core/call.ts';
import type { Target } from '../../providers/target.ts';
import type { EncodedRequest } from '../wire-format.ts';
import { adaptBody } from './body.ts';
import { passthroughDecoder } from './response.ts';

const PATHS: Record<Endpoint, string> = {
  messages: '/v1/messages',
  count_tokens: '/v1/messages/count_tokens',
};

/**
 * The client's request with another model name; every other byte of the body and every header
 * passes, so that a field or beta that is new today works today. What an upstream is known to
 * reject is taken out (body.ts).
 *
 * `identity` is asked for because a decoded answer is what gets sent on.
 */
export function encodeRequest(call: Call, target: Target): EncodedRequest {
  const headers = new Headers(call.headers);
  headers.set('content-type', 'application/json');
  headers.set('accept-encoding', 'identity');
  setBetas(headers, target.compat);
  if (!headers.has('anthropic-version')) headers.set('anthropic-version', '2023-06-01');
  for (const [name, value] of Object.entries(target.provider.headers ?? {})) {
    headers.set(name, value);
  }
  for (const [name, value] of Object.entries(target.headers)) headers.set(name, value);
  return {
    url: endpointURL(target.baseURL, call.endpoint) + call.query,
    headers,
    body: adaptBody({ call, target }),
    decoder: passthroughDecoder({ call, target }),
  };
}

/** A base URL that already ends in `/v1` is taken as such, since users copy both forms. */
export function endpointURL(baseURL: string, endpoint: Endpoint): string {
  const base = baseURL.endsWith('/v1') ? baseURL.slice(0, -'/v1'.length) : baseURL;
  return base + PATHS[endpoint];
}

function setBetas(headers: Headers, { betas, withoutBetas }: Target['compat']): void {
  const sent = headers.get('anthropic-beta');
  if (sent === null || (betas && withoutBetas.length === 0)) return;
  const kept = betas ? sent.split(',').filter((beta) => !withoutBetas.includes(beta.trim())) : [];
  if (kept.length === 0) headers.delete('anthropic-beta');
  else headers.set('anthropic-beta', kept.join(','));
}
