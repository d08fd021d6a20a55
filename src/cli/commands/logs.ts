import { existsSync } from 'node:fs';
import { displayPath, gatewayLogPath, stateDir } from '../../config/paths.ts';
import { LOG_LEVELS } from '../../lib/log-level.ts';
import { MOMENT_FORMS, parseMoment } from '../../lib/moment.ts';
import { command, UsageError } from '../command.ts';
import { isWanted, parseLogLine, type LogFilter, type LogLine } from '../log-lines.ts';
import { followLog, readLog } from '../log-reader.ts';
import { EXIT, paint, print, printError } from '../output.ts';

const DEFAULT_LINES = 100;

export default command({
  name: 'logs',
  description:
    "The background gateway's log: a line for each request, and what happened besides. One in the foreground logs to its terminal.",
  example: 'cc-route logs -f --level warn',
  args: {
    follow: { type: 'boolean', alias: 'f', description: 'Go on with new lines, until Ctrl-C.' },
    lines: {
      type: 'string',
      alias: 'n',
      valueHint: 'count',
      description: `How many of the last lines; absent: ${DEFAULT_LINES}.`,
    },
    id: { type: 'string', valueHint: 'req_…', description: 'Lines about this request.' },
    model: {
      type: 'string',
      valueHint: 'name',
      description: 'Requests whose model, route or target has this in its name.',
    },
    level: {
      type: 'string',
      valueHint: LOG_LEVELS.slice(1, 5).join('|'),
      description: 'Lines of this level and worse ones.',
    },
    since: {
      type: 'string',
      valueHint: 'when',
      description: `Lines from then on: ${MOMENT_FORMS}.`,
    },
    json: { type: 'boolean', description: 'Print each line as a JSON object.' },
  },
  async run(args) {
    const filter = readFilter(args);
    const count = readCount(args.lines);
    const show = args.json === true ? printAsJson : printLine;
    const path = gatewayLogPath(stateDir());
    if (!existsSync(path) && args.follow !== true) {
      printError(
        `There is no log yet: ${displayPath(path)}.\n` +
          'A gateway in the background writes it: clauder, or cc-route start.',
      );
      return EXIT.failure;
    }
    const { lines, end } = readLog(path);
    const wanted = lines.map(parseLogLine).filter((line) => isWanted(line, filter));
    for (const line of count === 0 ? [] : wanted.slice(-count)) show(line);
    if (args.follow === true) {
      for await (const text of followLog(path, end, new AbortController().signal)) {
        const line = parseLogLine(text);
        if (isWanted(line, filter)) show(line);
      }
    }
    return EXIT.ok;
  },
});

function readFilter(args: {
  readonly id?: string | undefined;
  readonly model?: string | undefined;
  readonly level?: string | undefined;
  readonly since?: string | undefined;
}): LogFilter {
  const { id, model, level, since } = args;
  if (level !== undefined && !LOG_LEVELS.some((name) => name === level)) {
    throw new UsageError(`--level must be one of ${LOG_LEVELS.slice(1, 5).join(', ')}`);
  }
  const from = since === undefined ? undefined : parseMoment(since, Date.now());
  if (from === null) throw new UsageError(`--since must be one of ${MOMENT_FORMS}`);
  return { id, model, level, since: from };
}

function readCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LINES;
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw new UsageError('--lines must be a number');
}

function printLine({ text, level }: LogLine): void {
  if (level === 'error') print(paint('red', text));
  else print(level === 'warn' ? paint('yellow', text) : text);
}

/** Lines for people are taken apart as far as that goes. */
function printAsJson({ text, time, level, message }: LogLine): void {
  if (text.startsWith('{') && time !== null) print(text);
  else
    print(
      JSON.stringify({ time: time === null ? null : new Date(time).toISOString(), level, message }),
    );
}
