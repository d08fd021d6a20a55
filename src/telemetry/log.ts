import { createConsola, LogLevels } from 'consola/core';
import type { LogLevel } from '../lib/log-level.ts';
import { targetName } from '../providers/target.ts';
import { routedTo, type CallRecord, type CallSink } from './call-record.ts';

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** One line for each call. */
  readonly request: CallSink;
}

/** Lines for people, one for each event; `write` gets them whole, with the line's end. */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  const consola = createConsola({
    level: LogLevels[level],
    // No line is held back for being like the one before.
    throttle: 0,
    reporters: [
      {
        log: ({ date, type, args }) =>
          write(`${date.toISOString()} ${type.padEnd(5)} ${escapeControls(args.join(' '))}\n`),
      },
    ],
  });
  return {
    debug: (message) => consola.debug(message),
    info: (message) => consola.info(message),
    warn: (message) => consola.warn(message),
    error: (message) => consola.error(message),
    request: (record) => consola[levelOf(record)](requestText(record)),
  };
}

function levelOf({ result }: CallRecord): 'info' | 'warn' {
  return result === 'complete' || result === 'client_gone' ? 'info' : 'warn';
}

function requestText(record: CallRecord): string {
  const target = routedTo(record);
  const { call, result, status, firstByteMs, totalMs, usage } = record;
  return [
    call.id,
    call.endpoint,
    target === null ? call.model : `${call.model} → ${targetName(target, call.model)}`,
    String(status),
    result,
    firstByteMs === null ? '' : `first ${Math.round(firstByteMs)} ms`,
    `total ${Math.round(totalMs)} ms`,
    usage === null ? '' : `in ${usage.inputTokens} out ${usage.outputTokens}`,
    repairsText(record),
    record.message ?? '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** What the upstream refused and got otherwise, in the words of a route's `compat`. */
function repairsText({ journal }: CallRecord): string {
  const repairs = journal.flatMap((step) => (step.kind === 'repair' ? [step.what] : []));
  return repairs.length === 0 ? '' : `repaired (${repairs.join('; ')})`;
}

/** A client chooses model names, and an upstream error texts: neither may forge a line. */
function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) =>
    char === '\n' ? '⏎' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
