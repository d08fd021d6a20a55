import type { Config, Origin } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { suggestion } from './hints.ts';
import type { Layers } from './settings.ts';

type Limits = Config['rateLimit'];

const PREFIX = 'CC_RATE_LIMIT_';
const VARIABLE = /^CC_RATE_LIMIT_(?:PROVIDER_(?<host>.+)_)?(?<unit>RPS|BURST)$/;
const UNITS = { RPS: 'rps', BURST: 'burst' } as const;

/**
 * The limits on requests to providers: `rateLimit` of the file, and over it `CC_RATE_LIMIT_RPS` and
 * `_BURST`; for single hosts `rateLimit.hosts`, and over it `CC_RATE_LIMIT_PROVIDER_<HOST>_RPS` and
 * `_BURST`.
 */
export function resolveRateLimit({ env, file, origins, report }: Layers): Limits {
  const { rateLimit = {} } = file;
  const origin = (key: string, from: Origin) => origins.set(`rateLimit.${key}`, from);
  const common: Record<'rps' | 'burst' | 'maxWaitMs', number> = { ...DEFAULTS.rateLimit };
  for (const key of ['rps', 'burst', 'maxWaitMs'] as const) {
    origin(key, rateLimit[key] === undefined ? 'default' : 'file');
    common[key] = rateLimit[key] ?? common[key];
  }
  const hosts = new Map<string, { rps?: number; burst?: number }>();
  const ofHost = (host: string): { rps?: number; burst?: number } => {
    const known = hosts.get(host) ?? {};
    hosts.set(host, known);
    return known;
  };
  for (const [host, limit] of Object.entries(rateLimit.hosts ?? {})) {
    const name = variablePart(host);
    for (const key of ['rps', 'burst'] as const) {
      if (limit[key] === undefined) continue;
      ofHost(name)[key] = limit[key];
      origin(`hosts.${name}.${key}`, 'file');
    }
  }
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || text === undefined || text.trim() === '') continue;
    const { host, unit } = VARIABLE.exec(name)?.groups ?? {};
    if (unit !== 'RPS' && unit !== 'BURST') {
      const known = [`${PREFIX}RPS`, `${PREFIX}BURST`];
      report.warn(name, `is not known${suggestion(name, known)}`);
      continue;
    }
    const value = Number(text);
    const isValid =
      unit === 'RPS' ? Number.isFinite(value) && value >= 0 : Number.isInteger(value) && value > 0;
    if (!isValid) {
      const wanted = unit === 'RPS' ? 'a number, 0 for no limit' : 'a whole number of at least 1';
      report.error(name, `expected ${wanted}`);
      continue;
    }
    (host === undefined ? common : ofHost(host))[UNITS[unit]] = value;
    origin(host === undefined ? UNITS[unit] : `hosts.${host}.${UNITS[unit]}`, 'environment');
  }
  return { ...common, hosts };
}

/**
 * The limit of one host; `null`: there is none. A host with a port of its own is looked up with and
 * without it.
 */
export function limitOf(
  { rps, burst, hosts }: Limits,
  host: string,
): { readonly rps: number; readonly burst: number } | null {
  const own = hosts.get(variablePart(host)) ?? hosts.get(variablePart(host.replace(/:\d+$/, '')));
  const limit = { rps: own?.rps ?? rps, burst: own?.burst ?? burst };
  return limit.rps === 0 ? null : limit;
}

/** `api.deepseek.com` as it stands in a variable's name: `API_DEEPSEEK_COM`. */
function variablePart(host: string): string {
  return host
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .replaceAll(/^_+|_+$/g, '');
}
