import { GatewayError } from './errors.ts';
import type { ModelSpan } from './call.ts';

/** The top-level members of a request body that decide where it goes. */
export interface BodyHead {
  readonly model: string;
  readonly modelSpan: ModelSpan;
  readonly stream: boolean;
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
 * Finds `model` and `stream` in a JSON body without parsing it. Of repeated keys the last one
 * counts, as in `JSON.parse`. Strings, which make up most of a body, are skipped by `indexOf`;
 * `bun run bench` prints what it costs.
 *
 * @throws GatewayError `malformed_request` where the body is not a JSON object, or `model` is
 * missing or no string. What stands inside of other values is not checked.
 */
export function scanBody(body: Uint8Array): BodyHead {
  const bytes = asBuffer(body);
  let modelSpan: ModelSpan | null = null;
  let stream = false;
  eachMember(bytes, (key, start, end) => {
    if (key === 'model') modelSpan = { start, end };
    else if (key === 'stream') stream = bytes.toString('latin1', start, end) === 'true';
  });
  // The compiler doesn't follow assignments of a callback.
  const span = modelSpan as ModelSpan | null;
  if (span === null) throw malformed('"model" is missing');
  return { model: modelName(bytes, span), modelSpan: span, stream };
}

/**
 * The JSON text of one top-level member, found like {@link scanBody} does, without parsing the
 * rest. `null` where the body has no such member or is no JSON object.
 */
export function findMember(body: Uint8Array, name: string): string | null {
  const bytes = asBuffer(body);
  let text: string | null = null;
  try {
    eachMember(bytes, (key, start, end) => {
      if (key === name) text = bytes.toString('utf8', start, end);
    });
  } catch {
    return null;
  }
  return text;
}

/** Calls back for each top-level member with its key and the span of its value. */
function eachMember(bytes: Buffer, visit: (key: string, start: number, end: number) => void): void {
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_BRACE) throw malformed('the body is not a JSON object');
  at = skipSpace(bytes, at + 1);
  while (bytes[at] !== CLOSE_BRACE) {
    if (bytes[at] !== QUOTE) throw malformedAt(at, 'a key in double quotes', bytes);
    const keyEnd = stringEnd(bytes, at);
    const key = keyText(bytes, at, keyEnd);
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) throw malformedAt(at, '":"', bytes);
    const start = skipSpace(bytes, at + 1);
    const end = valueEnd(bytes, start);
    visit(key, start, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    else if (bytes[at] !== CLOSE_BRACE) throw malformedAt(at, '"," or "}"', bytes);
  }
  if (skipSpace(bytes, at + 1) < bytes.length) {
    throw malformedAt(at + 1, 'the end of the body', bytes);
  }
}

/**
 * A copy of the body with another model name; every other byte stays as it is. Without a new name
 * the body itself is returned.
 */
export function replaceModel(body: Uint8Array, span: ModelSpan, model: string | null): Uint8Array {
  if (model === null) return body;
  const name = Buffer.from(JSON.stringify(model), 'utf8');
  const result = Buffer.allocUnsafe(body.length - (span.end - span.start) + name.length);
  result.set(body.subarray(0, span.start), 0);
  result.set(name, span.start);
  result.set(body.subarray(span.end), span.start + name.length);
  return result;
}

function asBuffer(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function modelName(bytes: Buffer, span: ModelSpan): string {
  if (bytes[span.start] !== QUOTE) throw malformed('"model" must be a string');
  try {
    const name: unknown = JSON.parse(bytes.toString('utf8', span.start, span.end));
    if (typeof name === 'string' && name.trim() !== '') return name;
  } catch {
    throw malformed('"model" is not a valid JSON string');
  }
  throw malformed('"model" is empty');
}

/** Only keys of the lengths looked for are read; others give an empty text. */
function keyText(bytes: Buffer, start: number, end: number): string {
  const raw = bytes.toString('latin1', start + 1, Math.min(end - 1, start + 48));
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(bytes.toString('utf8', start, end)));
  } catch {
    throw malformedAt(start, 'a valid key', bytes);
  }
}

function skipSpace(bytes: Buffer, from: number): number {
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
    if (byte === undefined || byte === COMMA || byte === CLOSE_BRACE || byte <= 0x20) break;
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

function malformed(what: string): GatewayError {
  return new GatewayError('malformed_request', `Invalid request body: ${what}.`);
}

function malformedAt(at: number, expected: string, bytes: Buffer): GatewayError {
  const found = at < bytes.length ? `byte ${at}` : 'the end of the body';
  return malformed(`expected ${expected} at ${found}`);
}
