import { createConsola, LogLevels } from 'consola/core';
import type { Usage } from '../core/messages.ts';
import type { LogLevel } from '../lib/log-level.ts';

/** What is known of a call at its end. No header and no content is in it. */
interface RequestLine {
  readonly id: string;
  readonly endpoint: string;
  readonly model: string;
  /** `provider/model`; `null` where none answered. */
  readonly target: string | null;
  /** `complete`, `client_gone`, `failed` (in mid-stream) or the kind of the error. */
  readonly result: string;
  readonly status: number;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
  readonly usage: Usage | null;
  readonly message?: string;
}

export interface RequestLog {
  request(line: RequestLine): void;
}

export interface Log extends RequestLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
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
    request: (line) => consola[levelOf(line)](requestText(line)),
  };
}

function levelOf({ result }: RequestLine): 'info' | 'warn' {
  return result === 'complete' || result === 'client_gone' ? 'info' : 'warn';
}

function requestText(line: RequestLine): string {
  const { id, endpoint, model, target, result, status, firstByteMs, totalMs, usage } = line;
  return [
    id,
    endpoint,
    target === null ? model : `${model} → ${target}`,
    String(status),
    result,
    firstByteMs === null ? '' : `first ${Math.round(firstByteMs)} ms`,
    `total ${Math.round(totalMs)} ms`,
    usage === null ? '' : `in ${usage.inputTokens} out ${usage.outputTokens}`,
    line.message ?? '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** A client chooses model names, and an upstream error texts: neither may forge a line. */
function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) =>
    char === '\n' ? '⏎' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
