import { GatewayError } from '../core/errors.ts';

/** A JSON object from outside: only the fields that are read are known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deepest nesting that is serialised again; `JSON.stringify` blocks on what is far deeper. */
const MAX_DEPTH = 256;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; anything else is an empty one. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The objects of a list; anything else is left out. */
export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A string, or the number that stands in its place; nothing else has a text. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

/** A string that is not empty. */
export function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Half of a surrogate pair, as `JSON.stringify` escapes it; whole pairs it writes as they are. */
const HALF_PAIR = /(?<!\\)((?:\\\\)*)\\ud[0-9a-f]{3}/g;

/** The value as JSON text without halves of surrogate pairs, which other servers fail to decode. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\ud') ? text.replaceAll(HALF_PAIR, '$1\\ufffd') : text;
}

/**
 * The same for values of the client.
 * @throws GatewayError `malformed_request` where it is nested deeper than any real one.
 */
export function stringify(value: unknown, where: string): string {
  checkDepth(value, where);
  return jsonText(value ?? {});
}

/** @throws GatewayError `malformed_request` where the value is nested too deeply. */
export function checkDepth(value: unknown, where: string): void {
  if (!isShallow(value)) throw malformed(`${where}: nested more than ${MAX_DEPTH} levels deep`);
}

/** Whether the value can be serialised without blocking on its depth. */
export function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return false;
    level = level.flatMap((part) =>
      typeof part === 'object' && part !== null
        ? Object.values(part).filter((inner) => typeof inner === 'object' && inner !== null)
        : [],
    );
  }
  return true;
}

export function malformed(what: string): GatewayError {
  return new GatewayError('malformed_request', `Invalid request body: ${what}.`);
}
