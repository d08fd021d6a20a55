import { LOG_LEVELS } from '../lib/log-level.ts';

/** A line of the gateway's log, in either of its formats. */
export interface LogLine {
  readonly text: string;
  /** Milliseconds since 1970; `null`: it isn't one of the gateway's own lines. */
  readonly time: number | null;
  readonly level: string;
  readonly message: string;
  /** What the line says of a call: its names for the model, in lower case. */
  readonly models: string;
}

/** Which lines are wanted; what is absent excludes nothing. */
export interface LogFilter {
  /** A request's id. */
  readonly id?: string | undefined;
  /** Part of a model's name: the client's, the route's or the provider's. */
  readonly model?: string | undefined;
  /** This level and those that are worse. */
  readonly level?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
}

const TEXT_LINE = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (\w+) +(.*)$/su;

/** What Bun itself or a crash printed has no time; it counts as an error. */
export function parseLogLine(text: string): LogLine {
  const json = text.startsWith('{') ? parseJson(text) : null;
  if (json !== null) {
    const { time, level, message, model, route, target } = json;
    const models = [model, route, target].filter((name) => typeof name === 'string');
    return {
      text,
      time: moment(String(time)),
      level: String(level),
      message: String(message),
      models: models.join(' ').toLowerCase(),
    };
  }
  const [, time, level = 'error', message = text] = TEXT_LINE.exec(text) ?? [];
  // `req_…  messages  mm25 → minimax/MiniMax-M2.5  200  …`
  const [id = '', , models = ''] = message.split('  ');
  return {
    text,
    time: time === undefined ? null : moment(time),
    level,
    message,
    models: id.startsWith('req_') ? models.toLowerCase() : '',
  };
}

export function isWanted(line: LogLine, filter: LogFilter): boolean {
  const { id, model, level, since } = filter;
  return (
    (id === undefined || line.text.includes(id)) &&
    (model === undefined || line.models.includes(model.toLowerCase())) &&
    (level === undefined || rank(line.level) <= rank(level)) &&
    (since === undefined || (line.time !== null && line.time >= since))
  );
}

const rank = (level: string): number => LOG_LEVELS.findIndex((name) => name === level);

function parseJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : null;
  } catch {
    return null;
  }
}

function moment(text: string): number | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
