import { findMember } from '../../core/body-scan.ts';
import type { Usage } from '../../core/messages.ts';
import { asNumber, asObject, isObject, type JsonObject } from '../json.ts';

/**
 * In JSON text this is the end of a key, or of a string: inside of one the quote would be escaped.
 * Without the first quote, which every line is full of, the search is four times as fast.
 */
const USAGE_KEY = Buffer.from('usage"');

const LF = 0x0a;
const CR = 0x0d;

/** The two events that carry counts are small; a longer line with that key is somebody's content. */
const MAX_LINE_BYTES = 65_536;

/**
 * Reads the counts out of an event stream that passes by. It costs one native search a chunk;
 * only the lines that hold counts, two in a whole stream, are parsed.
 *
 * `message_start` has the input's counts, `message_delta` the running totals
 * (https://docs.anthropic.com/en/docs/build-with-claude/streaming).
 */
export class UsageMeter {
  usage: Usage | null = null;

  /** @param events whole events */
  read(events: Buffer): void {
    let at = events.indexOf(USAGE_KEY);
    while (at !== -1) {
      const { start, end } = lineAround(events, at);
      if (end - start <= MAX_LINE_BYTES) this.#line(events.toString('utf8', start, end));
      at = events.indexOf(USAGE_KEY, end);
    }
  }

  #line(line: string): void {
    if (!line.startsWith('data:')) return;
    const event = parseObject(line.slice(5));
    const counts = {
      message_start: asObject(event['message'])['usage'],
      message_delta: event['usage'],
    }[String(event['type'])];
    this.usage = readUsage(counts, this.usage);
  }
}

/** The counts of a whole message; only its `usage` is parsed. */
export function bodyUsage(message: Uint8Array): Usage | null {
  const text = findMember(message, 'usage');
  return text === null ? null : messageUsage({ usage: parseObject(text) });
}

/** The counts of a whole message. */
export function messageUsage({ usage }: JsonObject): Usage | null {
  return readUsage(usage, null);
}

/**
 * Later counts replace earlier ones, but for zeros: several services say 0 at the end for what
 * they had counted at the start. Claude Code reads them in the same way.
 */
function readUsage(counts: unknown, before: Usage | null): Usage | null {
  if (!isObject(counts) || Object.keys(counts).length === 0) return before;
  const byDuration = asObject(counts['cache_creation']);
  const hour = count(byDuration['ephemeral_1h_input_tokens']);
  const written =
    count(counts['cache_creation_input_tokens']) ||
    count(byDuration['ephemeral_5m_input_tokens']) + hour;
  const thinking = asObject(counts['output_tokens_details'])['thinking_tokens'];
  const cacheWriteHourTokens = hour || before?.cacheWriteHourTokens;
  const thinkingTokens = isNumber(thinking) ? count(thinking) : before?.thinkingTokens;
  return {
    inputTokens: count(counts['input_tokens']) || (before?.inputTokens ?? 0),
    outputTokens: count(counts['output_tokens']) || (before?.outputTokens ?? 0),
    cacheReadTokens: count(counts['cache_read_input_tokens']) || (before?.cacheReadTokens ?? 0),
    cacheWriteTokens: written || (before?.cacheWriteTokens ?? 0),
    ...(cacheWriteHourTokens === undefined ? {} : { cacheWriteHourTokens }),
    ...(thinkingTokens === undefined ? {} : { thinkingTokens }),
  };
}

const isNumber = (value: unknown): boolean => asNumber(value) !== undefined;

/** A number of tokens that can be added up; anything else counts as 0. */
function count(value: unknown): number {
  return Number.isSafeInteger(value) ? Math.max(0, value as number) : 0;
}

function parseObject(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function lineAround(bytes: Buffer, at: number): { start: number; end: number } {
  const isLineEnd = (byte: number | undefined): boolean => byte === LF || byte === CR;
  let start = at;
  while (start > 0 && !isLineEnd(bytes[start - 1])) start -= 1;
  let end = at;
  while (end < bytes.length && !isLineEnd(bytes[end])) end += 1;
  return { start, end };
}
