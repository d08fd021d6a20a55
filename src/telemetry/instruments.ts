import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TargetRef } from '../core/journal.ts';
import { COMMIT, VERSION } from '../version.ts';

/** What only the running gateway knows, read when somebody asks for the metrics. */
export interface GaugeSources {
  readonly activeRequests: () => number;
  /** Sessions that hold a lease. */
  readonly sessions: () => number;
  /** Whether the configuration file has changed and is broken. */
  readonly configBroken: () => boolean;
  /** Rows that the usage database doesn't have yet, and those that it will never have. */
  readonly usageRows: () => { readonly waiting: number; readonly lost: number };
  /** Whether a target is passed over for now, for each route. */
  readonly circuits: () => readonly { readonly target: TargetRef; readonly isOpen: boolean }[];
}

/** From a cached answer to a model that thinks for minutes, in milliseconds. */
const DURATION_BUCKETS_MS = [
  5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000,
  600_000,
];

/** The labels of what is counted for each request. */
const REQUEST_LABELS = ['method', 'path', 'provider', 'model', 'status'] as const;
const TARGET_LABELS = ['provider', 'model'] as const;

export type Instruments = ReturnType<typeof createInstruments>;

/**
 * Every instrument. Names and labels are an interface: dashboards and alerts are built on them
 * (`release/grafana`, `release/prometheus`).
 *
 * A label's values come from closed sets: patterns of paths, the configuration's routes and
 * providers, kinds of errors. A name that a client made up never becomes one.
 */
export function createInstruments(sources: GaugeSources) {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> => new Counter({ name, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ): Histogram<Label> => new Histogram({ name, help, labelNames, registers, buckets });
  const gauge = (name: string, help: string, read: () => number): void => {
    // It registers itself.
    void new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };

  gauge('proxy_active_requests', 'Calls that are being answered.', sources.activeRequests);
  gauge('proxy_sessions', 'Claude Code sessions that are attached.', sources.sessions);
  gauge('proxy_config_broken', '1: the configuration file has changed and is broken.', () =>
    Number(sources.configBroken()),
  );
  gauge(
    'proxy_usage_rows_waiting',
    'Calls that the usage database does not have yet.',
    () => sources.usageRows().waiting,
  );
  void new Counter({
    name: 'proxy_usage_rows_lost_total',
    help: 'Calls that the usage database will never have, since it could not be written.',
    registers,
    collect() {
      this.reset();
      this.inc(sources.usageRows().lost);
    },
  });
  void new Gauge({
    name: 'proxy_circuit_open',
    help: '1: the target failed too often lately and is passed over.',
    labelNames: TARGET_LABELS,
    registers,
    collect() {
      this.reset();
      for (const { target, isOpen } of sources.circuits()) {
        this.set({ provider: target.provider.name, model: target.route }, Number(isOpen));
      }
    },
  });
  new Gauge({
    name: 'proxy_build_info',
    help: 'Always 1; what runs stands in the labels.',
    labelNames: ['version', 'commit', 'bun'],
    registers,
  }).set({ version: VERSION, commit: COMMIT ?? 'none', bun: Bun.version }, 1);

  return {
    registry,
    addProcessMetrics: () => addProcessMetrics(registry),
    requests: counter('http_requests_total', 'Requests that were answered.', REQUEST_LABELS),
    duration: histogram(
      'http_request_duration_ms',
      'Time from a request to the last byte of its answer, in milliseconds.',
      REQUEST_LABELS,
      DURATION_BUCKETS_MS,
    ),
    firstByte: histogram(
      'proxy_time_to_first_byte_seconds',
      'Time from a call to the first byte of its answer.',
      TARGET_LABELS,
      DURATION_BUCKETS_MS.map((ms) => ms / 1000),
    ),
    tokens: counter(
      'proxy_tokens_total',
      'Tokens; input without those that were read from or written to a prompt cache.',
      [...TARGET_LABELS, 'direction'],
    ),
    cacheTokens: counter('proxy_prompt_cache_tokens_total', 'Input tokens of prompt caches.', [
      ...TARGET_LABELS,
      'operation',
    ]),
    thinkingTokens: counter(
      'proxy_thinking_tokens_total',
      'Output tokens that were thinking, where the provider says so.',
      TARGET_LABELS,
    ),
    cost: counter('proxy_cost_usd_total', 'Cost in USD, where the price is known.', TARGET_LABELS),
    failures: counter('proxy_failed_calls_total', 'Calls that failed, by kind of error.', [
      ...TARGET_LABELS,
      'kind',
    ]),
    upstreamErrors: counter(
      'proxy_upstream_errors_total',
      'Attempts that failed, by kind of error; a retry or fallback may have mended it.',
      [...TARGET_LABELS, 'kind'],
    ),
    retries: counter('proxy_retries_total', 'Attempts at the same target.', TARGET_LABELS),
    fallbacks: counter('proxy_fallbacks_total', 'Changes to the next target of the chain.', [
      'from_model',
      'to_model',
    ]),
    circuitSkips: counter(
      'proxy_circuit_skips_total',
      'Targets that were passed over because they failed too often lately.',
      TARGET_LABELS,
    ),
    cacheHits: counter('proxy_cache_hits_total', 'Answers from the cache.', TARGET_LABELS),
    cacheMisses: counter('proxy_cache_misses_total', 'Cacheable calls sent on.', TARGET_LABELS),
    rateLimited: counter(
      'proxy_rate_limit_blocked_total',
      'Attempts that the rate limit of a host held back or refused.',
      ['provider'],
    ),
    repairs: counter(
      'proxy_repairs_total',
      'Requests that were changed to what the upstream said that it takes.',
      TARGET_LABELS,
    ),
  };
}

/** Bun knows none of these and says 0 of all. */
const UNKNOWN_TO_BUN = ['handles', 'requests', 'resources'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
]);

/** The process's own metrics. One of them runs a timer, so nobody gets them unasked. */
function addProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register });
  for (const name of UNKNOWN_TO_BUN) register.removeSingleMetric(name);
}
