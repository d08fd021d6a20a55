import type { Call } from '../../core/call.ts';
import { GatewayError, type ErrorKind, type UpstreamAnswer } from '../../core/errors.ts';
import type { Target } from '../../providers/target.ts';
import { redact } from '../../lib/redact.ts';

/** Longest piece of an upstream's text that is quoted, in characters. */
const MAX_QUOTE_CHARS = 500;

/** HTTP status → kind (https://docs.anthropic.com/en/api/errors). */
const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  400: 'upstream_bad_request',
  401: 'upstream_unauthorized',
  402: 'upstream_billing',
  403: 'upstream_forbidden',
  404: 'upstream_not_found',
  408: 'upstream_timeout',
  413: 'upstream_too_large',
  422: 'upstream_bad_request',
  429: 'rate_limited',
  503: 'overloaded',
  504: 'upstream_timeout',
  524: 'upstream_timeout',
  529: 'overloaded',
};

/** Anthropic's error type → kind, for errors inside of a stream or a 2xx body. */
const KIND_BY_TYPE: Readonly<Record<string, ErrorKind>> = {
  invalid_request_error: 'upstream_bad_request',
  authentication_error: 'upstream_unauthorized',
  billing_error: 'upstream_billing',
  permission_error: 'upstream_forbidden',
  not_found_error: 'upstream_not_found',
  request_too_large: 'upstream_too_large',
  rate_limit_error: 'rate_limited',
  timeout_error: 'upstream_timeout',
  overloaded_error: 'overloaded',
};

/**
 * Reads an error answer. The client gets most of them untouched, because Claude Code matches on
 * wordings. The exceptions are those that concern the gateway's own configuration: a key, a
 * balance or an address that the person has to mend and that the upstream can't name.
 */
export function decodeError(answer: UpstreamAnswer, call: Call, target: Target): GatewayError {
  const kind = KIND_BY_STATUS[answer.status] ?? 'upstream_failed';
  const text = errorText(answer.body);
  const retryAfterMs = parseRetryAfter(answer.headers);
  const options = {
    upstreamStatus: answer.status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (target.credential.kind !== 'client') {
    const advice = adviceFor(kind, call, target);
    if (advice !== null) {
      return new GatewayError(kind, `${sentence(target, answer.status, text)} ${advice}`, options);
    }
  }
  return new GatewayError(kind, sentence(target, answer.status, text), {
    ...options,
    passthrough: answer,
  });
}

/** An error that came under a 2xx status or inside of a stream. */
export function errorFromBody(body: Uint8Array, target: Target): GatewayError {
  const type = errorType(body);
  const kind = (type === null ? undefined : KIND_BY_TYPE[type]) ?? 'upstream_failed';
  return new GatewayError(kind, `${nameOf(target)}: ${quote(errorText(body)) || 'unknown error'}`);
}

function adviceFor(kind: ErrorKind, call: Call, target: Target): string | null {
  const setting = `modelRoutes["${target.route}"]`;
  switch (kind) {
    case 'upstream_unauthorized':
      return `Check the key: ${credentialPlace(target)}.`;
    case 'upstream_forbidden':
      return `The key (${credentialPlace(target)}) may not be allowed to use this model.`;
    case 'upstream_billing':
      return `Top up the account, or choose another model.`;
    case 'upstream_not_found':
      return (
        `Check the model id "${target.model ?? call.model}" (${setting}.model) and the address ` +
        `${target.baseURL}.`
      );
    default:
      return null;
  }
}

/** Where the person finds the key that was used. */
export function credentialPlace(target: Target): string {
  return target.credential.kind === 'secret'
    ? target.credential.origin
    : `modelRoutes["${target.route}"].authToken`;
}

function sentence(target: Target, status: number, text: string): string {
  return `${nameOf(target)} answered ${status}${text === '' ? '.' : `: ${quote(text)}`}`;
}

function nameOf(target: Target): string {
  return `${target.provider.label} (route ${target.route})`;
}

function quote(text: string): string {
  const short = text.length > MAX_QUOTE_CHARS ? `${text.slice(0, MAX_QUOTE_CHARS)}…` : text;
  const clean = redact(short).replaceAll(/\s+/g, ' ').trim();
  return /[.!?…]$/.test(clean) || clean === '' ? clean : `${clean}.`;
}

function errorType(body: Uint8Array): string | null {
  const error = parsed(body)?.['error'];
  if (typeof error !== 'object' || error === null || !('type' in error)) return null;
  return typeof error.type === 'string' ? error.type : null;
}

/** The human part of an error body, in whichever shape it came; an HTML page gives nothing. */
function errorText(body: Uint8Array): string {
  const value = parsed(body);
  if (value !== null) {
    const error = value['error'];
    if (typeof error === 'string') return error;
    for (const holder of [error, value]) {
      if (typeof holder !== 'object' || holder === null) continue;
      for (const key of ['message', 'msg', 'detail']) {
        const text = (holder as Record<string, unknown>)[key];
        if (typeof text === 'string') return text;
      }
    }
    return '';
  }
  const text = Buffer.from(body).toString('utf8').trim();
  return text.startsWith('<') ? '' : text;
}

function parsed(body: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** `retry-after` in milliseconds: seconds or an HTTP date (RFC 9110, section 10.2.3). */
function parseRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
