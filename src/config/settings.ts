import { Secret } from '../lib/secret.ts';
import {
  checkAllowedHost,
  checkHost,
  checkOrigin,
  isLoopbackHost,
  isWildcardHost,
} from './addresses.ts';
import type { Config, ConfigFlags, Origin } from './config.ts';
import { DEFAULTS, MAX_PORT } from './defaults.ts';
import { expandVariables, malformedReference, unsetProblem } from './expand.ts';
import { HEADER_VALUE } from './headers.ts';
import { resolveLog } from './log-settings.ts';
import { type Environment, type PathContext, stateDir } from './paths.ts';
import { resolveRateLimit } from './rate-limits.ts';
import type { Place, Report } from './report.ts';
import type { FileConfig } from './schema.ts';

/** Everything that a configuration is made of. */
export interface Layers {
  readonly file: FileConfig;
  readonly flags: ConfigFlags;
  readonly env: Environment;
  readonly context: PathContext;
  readonly report: Report;
  /** Filled here: `server.port` → where the value in force came from. */
  readonly origins: Map<string, Origin>;
}

interface Picked<Value> {
  readonly value: Value;
  /** How to name the value's place in a message. */
  readonly where: Place;
}

type Section = 'server' | 'retry' | 'timeouts' | 'cache' | 'usage' | 'budget';

/** Puts the layers over each other: defaults ← file ← environment ← flags. */
export function resolveSettings(
  layers: Layers,
): Omit<Config, 'file' | 'routes' | 'scenarios' | 'warnings' | 'origins'> {
  const { env, file, origins, report } = layers;
  const fromFile = <Value>(section: Section, key: string, byDefault: Value): Value => {
    const values: Readonly<Record<string, unknown>> = file[section] ?? {};
    origins.set(`${section}.${key}`, values[key] === undefined ? 'default' : 'file');
    return (values[key] as Value | undefined) ?? byDefault;
  };
  const { retry, timeouts, cache, budget } = DEFAULTS;
  const settings = {
    server: resolveServer(layers, fromFile),
    retry: {
      maxAttempts: fromFile<number>('retry', 'maxAttempts', retry.maxAttempts),
      baseDelayMs: fromFile<number>('retry', 'baseDelayMs', retry.baseDelayMs),
      maxDelayMs: fromFile<number>('retry', 'maxDelayMs', retry.maxDelayMs),
    },
    timeouts: {
      connectMs: fromFile<number>('timeouts', 'connectMs', timeouts.connectMs),
      firstByteMs: fromFile<number>('timeouts', 'firstByteMs', timeouts.firstByteMs),
      idleMs: fromFile<number>('timeouts', 'idleMs', timeouts.idleMs),
    },
    cache: {
      maxEntries: fromFile<number>('cache', 'maxEntries', cache.maxEntries),
      maxBytes: fromFile<number>('cache', 'maxBytes', cache.maxBytes),
      ttlMs: fromFile<number>('cache', 'ttlMs', cache.ttlMs),
      absentTemperature: fromFile<Config['cache']['absentTemperature']>(
        'cache',
        'absentTemperature',
        cache.absentTemperature,
      ),
    },
    rateLimit: resolveRateLimit(layers),
    usage: {
      retentionDays: fromFile<number>('usage', 'retentionDays', DEFAULTS.usage.retentionDays),
    },
    budget: {
      dailyUsd: fromFile<number | null>('budget', 'dailyUsd', budget.dailyUsd),
      sessionUsd: fromFile<number | null>('budget', 'sessionUsd', budget.sessionUsd),
      warnAt: fromFile<number>('budget', 'warnAt', budget.warnAt),
    },
    log: resolveLog(layers),
    stateDir: stateDir(layers.context),
  };
  const { baseDelayMs, maxDelayMs } = settings.retry;
  if (baseDelayMs > maxDelayMs) {
    const key = file.retry?.maxDelayMs === undefined ? 'baseDelayMs' : 'maxDelayMs';
    report.error(
      ['retry', key],
      `baseDelayMs (${baseDelayMs}) must not be more than maxDelayMs (${maxDelayMs})`,
    );
  }
  origins.set('stateDir', env['CC_ROUTE_STATE_DIR'] ? 'environment' : 'default');
  return settings;
}

function resolveServer(
  layers: Layers,
  fromFile: <Value>(section: Section, key: string, byDefault: Value) => Value,
): Config['server'] {
  const { report } = layers;
  const port = resolvePort(layers);
  const host = resolveHost(layers);
  const authToken = resolveAuthToken(layers);
  const list = (
    key: 'allowedOrigins' | 'allowedHosts',
    check: typeof checkHost,
  ): readonly string[] =>
    fromFile<readonly string[]>('server', key, []).flatMap((text, index) => {
      const checked = check(text);
      if ('value' in checked) return [checked.value];
      report.error(['server', key, index], checked.problem);
      return [];
    });
  const allowedOrigins = list('allowedOrigins', checkOrigin);
  const allowedHosts = list('allowedHosts', checkAllowedHost);

  if (!isLoopbackHost(host.value)) {
    if (layers.origins.get('server.authToken') === 'default') {
      report.error(
        host.where,
        'other machines could use your keys through this address; set server.authToken (or CC_ROUTE_AUTH_TOKEN) to listen on it, or listen on 127.0.0.1',
      );
    }
    if (isWildcardHost(host.value) && allowedHosts.length === 0) {
      report.warn(
        host.where,
        'clients that use another name than localhost are refused until server.allowedHosts holds it',
      );
    }
  }
  return { port, host: host.value, authToken, allowedOrigins, allowedHosts };
}

/** The strongest layer that has a value. */
function pick<Value>(
  layers: Layers,
  path: readonly [Section, string],
  values: {
    readonly flag?: { readonly name: string; readonly value: Value | undefined };
    readonly variable: { readonly name: string; readonly value: Value | undefined };
    readonly file: Value | undefined;
    readonly byDefault: Value;
  },
): Picked<Value> {
  const set = (origin: Origin) => layers.origins.set(path.join('.'), origin);
  const { flag, variable, file, byDefault } = values;
  if (flag?.value !== undefined) {
    set('flag');
    return { value: flag.value, where: flag.name };
  }
  if (variable.value !== undefined) {
    set('environment');
    return { value: variable.value, where: variable.name };
  }
  set(file === undefined ? 'default' : 'file');
  return { value: file ?? byDefault, where: path };
}

function resolvePort(layers: Layers): number {
  const text = layers.env['CC_ROUTE_PORT']?.trim();
  const picked = pick<number>(layers, ['server', 'port'], {
    flag: { name: '--port', value: layers.flags.port },
    variable: {
      name: 'CC_ROUTE_PORT',
      value: text ? (/^\d+$/.test(text) ? Number(text) : NaN) : undefined,
    },
    file: layers.file.server?.port,
    byDefault: DEFAULTS.server.port,
  });
  const { value, where } = picked;
  if (Number.isInteger(value) && value >= 0 && value <= MAX_PORT) return value;
  layers.report.error(where, `expected a port from 0 to ${MAX_PORT}`);
  return DEFAULTS.server.port;
}

function resolveHost(layers: Layers): Picked<string> {
  const picked = pick<string>(layers, ['server', 'host'], {
    flag: { name: '--host', value: layers.flags.host },
    variable: { name: 'CC_ROUTE_HOST', value: layers.env['CC_ROUTE_HOST']?.trim() || undefined },
    file: layers.file.server?.host,
    byDefault: DEFAULTS.server.host,
  });
  const checked = checkHost(picked.value);
  if ('value' in checked) return { value: checked.value, where: picked.where };
  layers.report.error(picked.where, checked.problem);
  return { value: DEFAULTS.server.host, where: picked.where };
}

/** A token that can't be had is an error, never an open gateway. */
function resolveAuthToken(layers: Layers): Secret | 'auto' | null {
  const { value, where } = pick<string | null>(layers, ['server', 'authToken'], {
    variable: {
      name: 'CC_ROUTE_AUTH_TOKEN',
      value: layers.env['CC_ROUTE_AUTH_TOKEN']?.trim() || undefined,
    },
    file: layers.file.server?.authToken,
    byDefault: DEFAULTS.server.authToken,
  });
  if (value === null || value === 'auto') return value;
  const fail = (problem: string) => {
    layers.report.error(where, problem);
    return null;
  };
  const isFile = typeof where !== 'string';
  const malformed = isFile ? malformedReference(value) : undefined;
  if (malformed !== undefined) return fail(malformed);
  const { text, unset } = isFile ? expandVariables(value, layers.env) : { text: value, unset: [] };
  if (unset.length > 0) return fail(unsetProblem(unset));
  if (text === 'auto') return text;
  if (!HEADER_VALUE.test(text) || /\s/.test(text)) {
    return fail('holds a character that no token can have; use visible ASCII without spaces');
  }
  return new Secret(text);
}
