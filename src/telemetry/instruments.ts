import { Counter, Histogram } from './series.ts';

/** From a cached answer to a model that thinks for minutes, in milliseconds. */
const DURATION_BUCKETS_MS = [
  5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000,
  600_000,
];

/** The labels of what is counted for each request. */
const REQUEST_LABELS = ['method', 'path', 'provider', 'model', 'status'] as const;
export const TARGET_LABELS = ['provider', 'model'] as const;

export type Instruments = ReturnType<typeof createInstruments>;

/**
 * Everything that is counted; what is read off when somebody asks stands in `exposition.ts`. Names
 * and labels are an interface: dashboards and alerts are built on them (`release/grafana`,
 * `release/prometheus`).
 *
 * A label's values come from closed sets: patterns of paths, the configuration's routes and
 * providers, kinds of errors. A name that a client made up never becomes one.
 */
export function createInstruments() {
  return {
    requests: new Counter('http_requests_total', 'Requests that were answered.', REQUEST_LABELS),
    duration: new Histogram(
      'http_request_duration_ms',
      'Time from a request to the last byte of its answer, in milliseconds.',
      REQUEST_LABELS,
      DURATION_BUCKETS_MS,
    ),
    firstByte: new Histogram(
      'proxy_time_to_first_byte_seconds',
      'Time from a call to the first byte of its answer.',
      TARGET_LABELS,
      DURATION_BUCKETS_MS.map((ms) => ms / 1000),
    ),
    tokens: new Counter(
      'proxy_tokens_total',
      'Tokens; input without those that were read from or written to a prompt cache.',
      [...TARGET_LABELS, 'direction'],
    ),
    cacheTokens: new Counter('proxy_prompt_cache_tokens_total', 'Input tokens of prompt caches.', [
      ...TARGET_LABELS,
      'operation',
    ]),
    thinkingTokens: new Counter(
      'proxy_thinking_tokens_total',
      'Output tokens that were thinking, where the provider says so.',
      TARGET_LABELS,
    ),
    cost: new Counter(
      'proxy_cost_usd_total',
      'Cost in USD, where the price is known.',
      TARGET_LABELS,
    ),
    failures: new Counter('proxy_failed_calls_total', 'Calls that failed, by kind of error.', [
      ...TARGET_LABELS,
      'kind',
    ]),
    upstreamErrors: new Counter(
      'proxy_upstream_errors_total',
      'Attempts that failed, by kind of error; a retry or fallback may have mended it.',
      [...TARGET_LABELS, 'kind'],
    ),
    retries: new Counter('proxy_retries_total', 'Attempts at the same target.', TARGET_LABELS),
    fallbacks: new Counter('proxy_fallbacks_total', 'Changes to the next target of the chain.', [
      'from_model',
      'to_model',
    ]),
    circuitSkips: new Counter(
      'proxy_circuit_skips_total',
      'Targets that were passed over because they failed too often lately.',
      TARGET_LABELS,
    ),
    cacheHits: new Counter('proxy_cache_hits_total', 'Answers from the cache.', TARGET_LABELS),
    cacheMisses: new Counter('proxy_cache_misses_total', 'Cacheable calls sent on.', TARGET_LABELS),
    rateLimited: new Counter(
      'proxy_rate_limit_blocked_total',
      'Attempts that the rate limit of a host held back or refused.',
      ['provider'],
    ),
    repairs: new Counter(
      'proxy_repairs_total',
      'Requests that were changed to what the upstream said that it takes.',
      TARGET_LABELS,
    ),
  };
}
