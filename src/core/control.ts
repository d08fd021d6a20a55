import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * How launchers and management commands find a running gateway, and how it proves that it is
 * ours. The gateway writes {@link GatewayRecord} into the state folder (mode 0600) once it
 * listens. Whoever can read it asks `GET /health?challenge=…` and checks the proof before it sends
 * anything else: a program of another user that squats on the port can't answer.
 */
export interface GatewayRecord {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Sent as {@link CONTROL_HEADER}; opens leases, shutdown and reload. */
  readonly controlToken: string;
  /** What clients must show, if the gateway wants a token; `null`: it doesn't. */
  readonly clientToken: string | null;
  /** Ends by itself when its last lease ends. */
  readonly ephemeral: boolean;
  /**
   * Started in the background by a launcher or `cc-route start`, which may replace it. Absent, or
   * false: it belongs to a terminal or a service manager.
   */
  readonly detached?: boolean;
  readonly configFile: string | null;
}

/** The record's file name inside the state folder. */
export const RECORD_FILE = 'gateway.json';

/** Carries the control token on `/v1/admin/leases`, `shutdown`, `stay` and `reload`. */
export const CONTROL_HEADER = 'x-cc-route-control';

/**
 * Carries the gateway's own token where `authorization` is taken by the client's own Anthropic
 * credential (the launcher sets it by `ANTHROPIC_CUSTOM_HEADERS`). Never forwarded upstream.
 */
export const CLIENT_TOKEN_HEADER = 'x-cc-route-token';

/**
 * The stand-in credential that the launcher gives to a Claude Code without one. The gateway takes
 * it for "no credential": it never reaches an upstream.
 */
export const PLACEHOLDER_CREDENTIAL = 'cc-route-no-credential';

/** The answer to a challenge: HMAC-SHA256 in hex over challenge and port. */
export function proveIdentity(controlToken: string, challenge: string, port: number): string {
  return createHmac('sha256', controlToken).update(`${challenge}:${port}`).digest('hex');
}

/** Compares two secrets in constant time, whatever their lengths. */
export function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
