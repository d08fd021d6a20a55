import type { ClientCredential } from '../core/call.ts';
import { CLIENT_TOKEN_HEADER, PLACEHOLDER_CREDENTIAL, sameSecret } from '../core/control.ts';
import { GatewayError } from '../core/errors.ts';
import { Secret } from '../lib/secret.ts';

/**
 * Checks the gateway's own token, where it has one. Clients show it in `x-cc-route-token`, or as
 * the bearer token or API key that any Anthropic client can send.
 *
 * @throws GatewayError `client_unauthorized`
 */
export function checkClientToken(headers: Headers, token: Secret | null): void {
  if (token === null) return;
  const expected = token.reveal();
  if (shownTokens(headers).some((shown) => sameSecret(shown.reveal(), expected))) return;
  throw new GatewayError(
    'client_unauthorized',
    'This gateway wants its token (server.authToken): send it as "Authorization: Bearer …", ' +
      `x-api-key or ${CLIENT_TOKEN_HEADER}. Sessions started by clauder carry it by themselves.`,
  );
}

/** What may be the gateway's token among a request's headers. */
export function shownTokens(headers: Headers): Secret[] {
  return [
    headers.get(CLIENT_TOKEN_HEADER),
    bearerToken(headers.get('authorization')),
    headers.get('x-api-key'),
  ].flatMap((value) => (value === null ? [] : [new Secret(value)]));
}

/**
 * The client's own credential, which may go to Anthropic. The gateway's token and the launcher's
 * stand-in are not one.
 */
export function clientCredential(headers: Headers, token: Secret | null): ClientCredential {
  const isOwn = (value: string): boolean =>
    value !== PLACEHOLDER_CREDENTIAL && (token === null || !sameSecret(value, token.reveal()));
  const authorization = headers.get('authorization');
  const apiKey = headers.get('x-api-key');
  return {
    ...(authorization !== null && isOwn(bearerToken(authorization) ?? authorization)
      ? { authorization: new Secret(authorization) }
      : {}),
    ...(apiKey !== null && isOwn(apiKey) ? { apiKey: new Secret(apiKey) } : {}),
  };
}

function bearerToken(authorization: string | null): string | null {
  return /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1]?.trim() ?? null;
}
