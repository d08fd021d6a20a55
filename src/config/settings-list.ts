import { Secret } from '../lib/secret.ts';
import type { Config, Origin } from './config.ts';

/** One value in force. Secrets are shown as `(hidden)`. */
export interface Setting {
  readonly key: string;
  readonly value: string | number | boolean | readonly string[] | null;
  /** `default`, `file`, or the name of the variable or flag. */
  readonly from: string;
}

const VARIABLES: Record<string, string> = {
  'server.port': 'CC_ROUTE_PORT',
  'server.host': 'CC_ROUTE_HOST',
  'server.authToken': 'CC_ROUTE_AUTH_TOKEN',
  'rateLimit.rps': 'CC_RATE_LIMIT_RPS',
  'rateLimit.burst': 'CC_RATE_LIMIT_BURST',
  'log.level': 'CC_ROUTE_LOG_LEVEL',
  'log.format': 'CC_ROUTE_LOG_FORMAT',
  stateDir: 'CC_ROUTE_STATE_DIR',
};

/** `rateLimit.hosts.API_DEEPSEEK_COM.rps` */
const HOST_LIMIT = /^rateLimit\.hosts\.(\w+)\.(\w+)$/;

/** Every setting of a configuration but for its routes, with its origin. */
export function settingsOf(config: Config): Setting[] {
  const values: Record<string, Setting['value']> = {
    stateDir: config.stateDir,
  };
  const { hosts, ...rateLimit } = config.rateLimit;
  const { server, retry, cache, timeouts, usage, budget, log } = config;
  const sections = { server, retry, cache, rateLimit, timeouts, usage, budget, log };
  for (const [section, settings] of Object.entries(sections)) {
    for (const [key, value] of Object.entries(settings)) {
      values[`${section}.${key}`] = value instanceof Secret ? '(hidden)' : value;
    }
  }
  for (const [host, limit] of hosts) {
    for (const [key, value] of Object.entries(limit))
      values[`rateLimit.hosts.${host}.${key}`] = value;
  }
  return [...config.origins].map(([key, origin]) => ({
    key,
    value: values[key] ?? null,
    from: originName(key, origin),
  }));
}

function originName(key: string, origin: Origin): string {
  if (origin === 'environment') {
    const [, host, unit = ''] = HOST_LIMIT.exec(key) ?? [];
    if (host !== undefined) return `CC_RATE_LIMIT_PROVIDER_${host}_${unit.toUpperCase()}`;
    return VARIABLES[key] ?? origin;
  }
  return origin === 'flag' ? `--${key.split('.').at(-1)}` : origin;
}
