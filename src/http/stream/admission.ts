import { sameSecret } from '../../core/control.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Secret } from '../../lib/secret.ts';
import type { HttpContext } from '../context.ts';

/**
 * Whether a socket may be used by who opened it. Asked for each request, because the token and
 * the allowed origins may change while a socket is open.
 */
export class Admission {
  readonly #origin: string | null;
  readonly #shown: Secret[];

  /**
   * @param origin of the page, which the guard has let in; `null`: no page
   * @param shown what may be the gateway's token
   */
  constructor(origin: string | null, shown: readonly Secret[]) {
    this.#origin = origin;
    this.#shown = [...shown];
  }

  /** Another token is shown, in place of those before. */
  show(token: Secret): void {
    this.#shown.splice(0, this.#shown.length, token);
  }

  hasToken({ clientToken }: HttpContext): boolean {
    if (clientToken === null) return true;
    const expected = clientToken.reveal();
    return this.#shown.some((token) => sameSecret(token.reveal(), expected));
  }

  /** @throws GatewayError `client_forbidden` or `client_unauthorized` */
  check(http: HttpContext): void {
    const { allowedOrigins } = http.gateway.config.server;
    if (this.#origin !== null && !allowedOrigins.includes(this.#origin)) {
      throw new GatewayError(
        'client_forbidden',
        'Pages of this origin may no longer use this gateway: server.allowedOrigins has changed.',
      );
    }
    if (this.hasToken(http)) return;
    throw new GatewayError(
      'client_unauthorized',
      'This gateway wants its token (server.authToken): offer the subprotocols "cc-route.v1" and ' +
        '"cc-route.token.<token>", or send {"type":"auth","token":"…"} as the first frame.',
    );
  }
}
