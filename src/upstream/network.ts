import { connect } from 'node:net';
import { GatewayError, type ErrorKind } from '../core/errors.ts';
import { isLoopback } from '../lib/loopback.ts';
import type { Target } from '../providers/target.ts';
import type { Transport } from './attempt.ts';

/**
 * The only `fetch` that reaches out. Redirects are not followed, because `fetch` would send the
 * key and, on 307 and 308, the body along. Bun's own timeout of about five minutes is off; the
 * watchdog has the timers. Loopback is never sent through a proxy, which Bun would do.
 */
export const networkTransport: Transport = ({ url, headers, body, signal }) =>
  fetch(url, {
    method: 'POST',
    headers,
    body,
    signal,
    redirect: 'manual',
    timeout: false,
    ...(isLoopbackURL(url) ? { proxy: false } : {}),
  } as RequestInit);

/** What is told of the origins that a configuration's few routes have. */
const loopbackOrigins = new Map<string, boolean>();
const MAX_ORIGINS = 1000;

function isLoopbackURL(url: string): boolean {
  const pathAt = url.indexOf('/', url.indexOf('//') + 2);
  const origin = pathAt === -1 ? url : url.slice(0, pathAt);
  let known = loopbackOrigins.get(origin);
  if (known === undefined) {
    known = isLoopback(new URL(url).hostname);
    if (loopbackOrigins.size >= MAX_ORIGINS) loopbackOrigins.clear();
    loopbackOrigins.set(origin, known);
  }
  return known;
}

interface Diagnosis {
  readonly kind: ErrorKind;
  /** What happened, as the end of a sentence, and what to do. */
  readonly text: string;
}

/** Error codes of Bun's `fetch` → what they mean to the person at the terminal. */
function diagnose(code: string, host: string): Diagnosis {
  switch (code) {
    case 'ECONNREFUSED':
      return {
        kind: 'unreachable',
        text: `nothing listens at ${host}. Start that server, or correct the address`,
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NONAME':
      return {
        kind: 'unreachable',
        text: `the host name in ${host} can't be resolved. Check the address and your network`,
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return { kind: 'unreachable', text: `there is no way to ${host}. Check your network` };
    case 'EPROTO':
      return {
        kind: 'unreachable',
        text: `the TLS handshake with ${host} failed. Check whether the address should start with http://`,
      };
    default:
      if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
        return {
          kind: 'unreachable',
          text: `the TLS certificate of ${host} was rejected (${code}). Set NODE_EXTRA_CA_CERTS if your company has its own authority`,
        };
      }
      return { kind: 'connection_lost', text: `the connection to ${host} broke (${code})` };
  }
}

/** A failed `fetch` or a broken body as an error that names route, provider and cause. */
export function connectionError(error: unknown, target: Target): GatewayError {
  if (error instanceof GatewayError) return error;
  const { kind, text } = diagnose(errorCode(error), new URL(target.baseURL).host);
  return new GatewayError(kind, `${target.provider.label} (route ${target.route}): ${text}.`, {
    cause: error,
  });
}

/**
 * Whether a TCP connection to the URL's host can be had within `timeoutMs`. `fetch` doesn't tell
 * connecting from waiting for an answer; this does, and is asked only when an answer is late.
 * Behind a proxy it can't tell, and says yes.
 */
export function canConnect(url: string, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  if (!isLoopback(hostname) && usesProxy(protocol)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    });
    const finish = (reachable: boolean): void => {
      socket.destroy();
      signal?.removeEventListener('abort', onAbort);
      resolve(reachable);
    };
    const onAbort = (): void => finish(true);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

function usesProxy(protocol: string): boolean {
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return (process.env[name] ?? process.env[name.toLowerCase()] ?? '') !== '';
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
