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

/**
 * The log: a line for each event, for people or as a JSON object for machines; `write` gets lines
 * whole, with their end. Whatever looks like a key is taken out, and no text can forge a line.
 */
export function createLog(settings: LogSettings, write: (line: string) => void): Log {
  let { format } = settings;
  const consola = createConsola({
    level: LogLevels[settings.level],
    // No line is held back for being like the one before.
    throttle: 0,
    reporters: [
      {
        log({ date, type, args: [message, fields] }) {
          const time = date.toISOString();
          const line =
            format === 'json'
              ? JSON.stringify({ time, level: type, message, ...fields })
              : `${time} ${type.padEnd(5)} ${message}`;
          write(`${redact(escapeControls(line))}\n`);
        },
      },
    ],
  });
  return {
    debug: (message) => consola.debug(message),
    info: (message) => consola.info(message),
    warn: (message) => consola.warn(message),
    error: (message) => consola.error(message),
    request(record) {
      const level = levelOf(record);
      if (LogLevels[level] > consola.level) return;
      const summary = summarizeCall(record);
      if (format === 'json') consola[level]('request', { ...summary, repairs: repairsOf(record) });
      else consola[level](requestText(summary, repairsOf(record)));
    },
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
