import { asBuffer } from '../lib/bytes.ts';
import type { Call, ModelSpan } from './call.ts';
import { malformed, malformedAt, scanMembers, skipSpace, type MemberSpan } from './json-scan.ts';

/** What a request body says at its top level. */
export type BodyHead = Pick<Call, 'model' | 'modelSpan' | 'stream' | 'members'>;

/**
 * Reads the top level of a JSON body without parsing it. Of repeated keys the last one counts, as
 * in `JSON.parse`. Of all that is done with a large body that passes through it takes the longest, so
 * it is done once for a call: {@link memberOf} and `JsonNode.ofMembers` read what it found.
 *
 * @throws GatewayError `malformed_request` where the body is not a JSON object, or `model` is
 * missing or no string. What stands inside of other values is not checked.
 */
export function scanBody(body: Uint8Array): BodyHead {
  const bytes = asBuffer(body);
  let modelSpan: ModelSpan | null = null;
  let stream = false;
  const members = topLevel(bytes);
  for (const { key, value } of members) {
    if (key === 'model') modelSpan = value;
    else if (key === 'stream') stream = bytes.toString('latin1', value.start, value.end) === 'true';
  }
  if (modelSpan === null) throw malformed('"model" is missing');
  return { model: modelName(bytes, modelSpan), modelSpan, stream, members };
}

/** The JSON text of a top-level member of a call's body; `null` where there is none. */
export function memberOf({ body, members }: Pick<Call, 'body' | 'members'>, name: string) {
  return memberText(asBuffer(body), members, name);
}

/**
 * The JSON text of one top-level member, found like {@link scanBody} does, without parsing the
 * rest. `null` where the body has no such member or is no JSON object.
 */
export function findMember(body: Uint8Array, name: string): string | null {
  const bytes = asBuffer(body);
  try {
    return memberText(bytes, topLevel(bytes), name);
  } catch {
    return null;
  }
}

function memberText(bytes: Buffer, members: readonly MemberSpan[], name: string): string | null {
  const value = members.findLast(({ key }) => key === name)?.value;
  return value === undefined ? null : bytes.toString('utf8', value.start, value.end);
}

function topLevel(bytes: Buffer): readonly MemberSpan[] {
  const start = skipSpace(bytes, 0);
  if (bytes[start] !== 0x7b) throw malformed('the body is not a JSON object');
  const { members, end } = scanMembers(bytes, start);
  if (skipSpace(bytes, end) < bytes.length) throw malformedAt(end, 'the end of the body', bytes);
  return members;
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

function modelName(bytes: Buffer, span: ModelSpan): string {
  if (bytes[span.start] !== 0x22) throw malformed('"model" must be a string');
  try {
    const name: unknown = JSON.parse(bytes.toString('utf8', span.start, span.end));
    if (typeof name === 'string' && name.trim() !== '') return name;
  } catch {
    throw malformed('"model" is not a valid JSON string');
  }
  throw malformed('"model" is empty');
}
