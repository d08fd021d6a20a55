import { createConsola, LogLevels } from 'consola/core';
import type { LogFormat, LogLevel } from '../lib/log-level.ts';
import { redact } from '../lib/redact.ts';
import type { CallRecord, RecordSink } from './call-record.ts';
import { repairsOf, summarizeCall, type CallSummary } from './call-summary.ts';

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** One line for each call. */
  readonly request: RecordSink;
  /** Holds for later lines. */
  configure(settings: LogSettings): void;
}

/** What has happened, in words and, for machines, in fields. */
interface Telling {
  readonly message: string;
  readonly fields?: object;
}

/**
 * The log: a line for each event, for people or as a JSON object for machines. Whatever looks like
 * a key is taken out, and no text can forge a line.
 *
 * @param add gets what makes a line, whole and with its end, for when the line is written: no
 * request waits for its words
 */
export function createLog(settings: LogSettings, add: (line: () => string) => void): Log {
  let { format } = settings;
  const lineOf = (time: string, level: string, { message, fields }: Telling): string => {
    const line =
      format === 'json'
        ? JSON.stringify({ time, level, message, ...fields })
        : `${time} ${level.padEnd(5)} ${message}`;
    return `${redact(escapeControls(line))}\n`;
  };
  const consola = createConsola({
    level: LogLevels[settings.level],
    // No line is held back for being like the one before.
    throttle: 0,
    reporters: [
      {
        log({ date, type, args: [tell] }) {
          add(() => lineOf(date.toISOString(), type, tell()));
        },
      },
    ],
  });
  const log = (level: LogLevel, tell: () => Telling): void => consola[level](tell);
  return {
    debug: (message) => log('debug', () => ({ message })),
    info: (message) => log('info', () => ({ message })),
    warn: (message) => log('warn', () => ({ message })),
    error: (message) => log('error', () => ({ message })),
    request: (record) =>
      log(levelOf(record), () => {
        const summary = summarizeCall(record);
        const repairs = repairsOf(record);
        return format === 'json'
          ? { message: 'request', fields: { ...summary, repairs } }
          : { message: requestText(summary, repairs) };
      }),
    configure(next) {
      consola.level = LogLevels[next.level];
      ({ format } = next);
    },
  };
}

function levelOf({ result }: CallRecord): 'info' | 'warn' {
  return result === 'complete' || result === 'client_gone' ? 'info' : 'warn';
}

function requestText(call: CallSummary, repairs: readonly string[]): string {
  const { usage, costUsd } = call;
  return [
    call.id,
    call.endpoint,
    call.target === null ? call.model : `${call.model} → ${call.target}`,
    String(call.status),
    call.result,
    call.cache === 'hit' || call.cache === 'shared' ? 'from the cache' : '',
    call.attempts > 1 ? `${call.attempts} attempts` : '',
    call.firstByteMs === null ? '' : `first ${Math.round(call.firstByteMs)} ms`,
    `total ${Math.round(call.totalMs)} ms`,
    usage === null ? '' : usageText(usage),
    costUsd === null ? '' : `$${costUsd.toFixed(4)}`,
    repairs.length === 0 ? '' : `repaired (${repairs.join('; ')})`,
    call.error ?? '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function usageText(usage: NonNullable<CallSummary['usage']>): string {
  const { input, cacheRead, cacheWrite, output } = usage;
  const cached =
    cacheRead + cacheWrite === 0 ? '' : ` (cache ${cacheRead} read ${cacheWrite} written)`;
  return `in ${input}${cached} out ${output}`;
}

/**
 * A client chooses model names, and an upstream error texts: neither may forge a line, or move a
 * terminal's cursor. In JSON text, which has none of the first 32, the rest are valid escapes.
 */
function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) =>
    char === '\n' ? '⏎' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
