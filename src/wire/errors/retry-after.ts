import { asNumber } from '../json.ts';

/** Resets are given as durations ("6m0s", "1.2s", "250ms") or as plain seconds. */
const DURATION = /(\d+(?:\.\d+)?)(ms|h|m|s)/g;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * How long the upstream asks to wait, in milliseconds. Read in this order: `retry-after-ms` (OpenAI,
 * Azure), `retry-after` as seconds or date (RFC 9110, section 10.2.3), `x-ratelimit-reset-requests`
 * and `-tokens` where the matching rest is 0 (OpenAI, Groq), and `x-ratelimit-reset` as milliseconds
 * since 1970 (OpenRouter). Points in time are measured against the answer's own `date`.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const exact = positive(headers.get('retry-after-ms'));
  if (exact !== undefined) return exact;
  const now = Date.parse(headers.get('date') ?? '') || Date.now();
  const after = headers.get('retry-after');
  if (after !== null) {
    const seconds = positive(after);
    if (seconds !== undefined) return seconds * 1000;
    const date = Date.parse(after);
    // A date has names of day and month; `Date.parse` also reads "-1" as a year.
    if (/[a-z]{3}/i.test(after) && !Number.isNaN(date)) return Math.max(0, date - now);
  }
  const waits = ['requests', 'tokens'].flatMap((what) => {
    if (headers.get(`x-ratelimit-remaining-${what}`) !== '0') return [];
    const wait = durationMs(headers.get(`x-ratelimit-reset-${what}`));
    return wait === undefined ? [] : [wait];
  });
  if (waits.length > 0) return Math.max(...waits);
  const reset = positive(headers.get('x-ratelimit-reset'));
  // Only what can be a point in time: others count seconds here.
  return reset !== undefined && reset > 1e12 ? Math.max(0, reset - now) : undefined;
}

function durationMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = positive(value);
  if (seconds !== undefined) return seconds * 1000;
  let total: number | undefined;
  for (const [, amount, unit] of value.matchAll(DURATION)) {
    total = (total ?? 0) + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return total;
}

function positive(value: string | null): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  const number = asNumber(Number(value));
  return number !== undefined && number >= 0 ? number : undefined;
}
