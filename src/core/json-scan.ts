import { GatewayError } from './errors.ts';

/** A piece of a JSON text, as byte offsets: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A member of an object: from its key's opening quote to the end of its value. */
export interface MemberSpan extends Span {
  readonly key: string;
  readonly value: Span;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * The members of the object that starts at `start`, in their order; what stands inside of their
 * values is skipped, not checked. Strings, which make up most of a body, are skipped by `indexOf`.
 *
 * @returns the members, and the offset behind the closing brace
 * @throws GatewayError `malformed_request`
 */
export function scanMembers(
  bytes: Buffer,
  start: number,
): { readonly members: readonly MemberSpan[]; readonly end: number } {
  const members: MemberSpan[] = [];
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_BRACE) {
    if (bytes[at] !== QUOTE) throw malformedAt(at, 'a key in double quotes', bytes);
    const keyEnd = stringEnd(bytes, at);
    const key = keyText(bytes, at, keyEnd);
    const colon = skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) throw malformedAt(colon, '":"', bytes);
    const valueStart = skipSpace(bytes, colon + 1);
    const end = valueEnd(bytes, valueStart);
    members.push({ start: at, end, key, value: { start: valueStart, end } });
    at = afterItem(bytes, end, CLOSE_BRACE, '"," or "}"');
  }
  return { members, end: at + 1 };
}

/**
 * The elements of the array that starts at `start`, in their order.
 * @throws GatewayError `malformed_request`
 */
export function scanElements(bytes: Buffer, start: number): readonly Span[] {
  const elements: Span[] = [];
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_BRACKET) {
    const end = valueEnd(bytes, at);
    elements.push({ start: at, end });
    at = afterItem(bytes, end, CLOSE_BRACKET, '"," or "]"');
  }
  return elements;
}

/** Offset of the next member or element, or of the closing bracket. */
function afterItem(bytes: Buffer, end: number, close: number, expected: string): number {
  const at = skipSpace(bytes, end);
  if (bytes[at] === COMMA) return skipSpace(bytes, at + 1);
  if (bytes[at] !== close) throw malformedAt(at, expected, bytes);
  return at;
}

/** Only keys of the lengths looked for are read whole. */
function keyText(bytes: Buffer, start: number, end: number): string {
  const raw = bytes.toString('latin1', start + 1, Math.min(end - 1, start + 48));
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(bytes.toString('utf8', start, end)));
  } catch {
    throw malformedAt(start, 'a valid key', bytes);
  }
}

export function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
}

/** Offset behind the closing quote of the string that opens at `start`. */
function stringEnd(bytes: Buffer, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1) throw malformed(`the string at byte ${start} never ends`);
    let backslashes = 0;
    while (bytes[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** Offset behind the value that starts at `start`. */
function valueEnd(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return stringEnd(bytes, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return containerEnd(bytes, start);
  let at = start;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined || byte === COMMA || byte <= 0x20) break;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) break;
    at += 1;
  }
  if (at === start) throw malformedAt(start, 'a value', bytes);
  return at;
}

function containerEnd(bytes: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = stringEnd(bytes, at);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
    at += 1;
  }
  throw malformed(`the value at byte ${start} never ends`);
}

export function malformed(what: string): GatewayError {
  return new GatewayError('malformed_request', `Invalid request body: ${what}.`);
}

export function malformedAt(at: number, expected: string, bytes: Buffer): GatewayError {
  const found = at < bytes.length ? `byte ${at}` : 'the end of the body';
  return malformed(`expected ${expected} at ${found}`);
}
