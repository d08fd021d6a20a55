import { GatewayError } from '../core/errors.ts';
import type { Target } from '../providers/target.ts';

/** A redirect is not followed: it would carry the key along. */
export function redirected(response: Response, target: Target): GatewayError {
  return new GatewayError(
    'upstream_redirect',
    `${target.provider.label} (route ${target.route}) answered ${response.status}, a redirect, which is ` +
      `not followed because it would carry the key along. Correct modelRoutes["${target.route}"].baseURL.`,
    { upstreamStatus: response.status },
  );
}

/** The client's own time limit came near. */
export function outOfTime(target: Target): GatewayError {
  return new GatewayError(
    'out_of_time',
    `${target.provider.label} (route ${target.route}) had no answer when the client's own time limit came near.`,
  );
}

/** @param ms how long nothing came */
export function silentError(target: Target, ms: number): GatewayError {
  return new GatewayError(
    'upstream_silent',
    `${target.provider.label} (route ${target.route}) sent nothing for ${Math.round(ms / 1000)} s.`,
  );
}

/** @param ms how long no connection could be had */
export function connectTimeout(target: Target, ms: number): GatewayError {
  return new GatewayError(
    'connect_timeout',
    `${target.provider.label} (route ${target.route}): no connection to ` +
      `${new URL(target.baseURL).host} within ${Math.round(ms / 1000)} s. Check the address and your network.`,
  );
}
