import type { Config } from './config.ts';

/** What holds where neither the file nor the environment nor a flag says otherwise. */
export const DEFAULTS = {
  server: {
    port: 3456,
    host: '127.0.0.1',
    authToken: null,
    allowedOrigins: [],
    allowedHosts: [],
  },
  timeouts: { connectMs: 10_000, firstByteMs: 300_000, idleMs: 280_000 },
  retry: { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 8_000 },
  cache: {
    maxEntries: 1000,
    maxBytes: 67_108_864,
    ttlMs: 300_000,
    absentTemperature: 'skip',
  },
  rateLimit: { rps: 10, burst: 20, maxWaitMs: 0 },
  usage: { retentionDays: 90 },
  budget: { dailyUsd: null, sessionUsd: null, warnAt: 0.8 },
  log: { level: 'info', format: 'text', bodies: false },
} as const satisfies Partial<Omit<Config, 'rateLimit'>> & {
  readonly rateLimit: Omit<Config['rateLimit'], 'hosts'>;
};

/** From how many tokens on `scenarios.longContext` takes over. */
export const LONG_CONTEXT_TOKENS = 60_000;

/** TCP's highest port. Port 0 stands for "any free one". */
export const MAX_PORT = 65_535;

/** The longest time a timer can wait, in milliseconds: a longer one would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
