import { LOG_FORMATS, LOG_LEVELS } from '../lib/log-level.ts';
import type { Config } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { quoted, suggestion } from './hints.ts';
import type { Layers } from './settings.ts';

/** The log's settings: `log` of the file, and over it `CC_ROUTE_LOG_LEVEL` and `_FORMAT`. */
export function resolveLog(layers: Layers): Config['log'] {
  const bodies = layers.file.log?.bodies;
  layers.origins.set('log.bodies', bodies === undefined ? 'default' : 'file');
  return {
    level: pick(layers, 'level', 'CC_ROUTE_LOG_LEVEL', LOG_LEVELS),
    format: pick(layers, 'format', 'CC_ROUTE_LOG_FORMAT', LOG_FORMATS),
    bodies: bodies ?? DEFAULTS.log.bodies,
  };
}

function pick<Key extends 'level' | 'format'>(
  { env, file, origins, report }: Layers,
  key: Key,
  variable: string,
  known: readonly Config['log'][Key][],
): Config['log'][Key] {
  const text = env[variable]?.trim().toLowerCase();
  const fromFile = file.log?.[key] as Config['log'][Key] | undefined;
  origins.set(`log.${key}`, text ? 'environment' : fromFile === undefined ? 'default' : 'file');
  if (!text) return fromFile ?? DEFAULTS.log[key];
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  const hint = suggestion(text, known) || `; expected one of ${known.join(', ')}`;
  report.error(variable, `unknown ${key}${quoted(text)}${hint}`);
  return DEFAULTS.log[key];
}
