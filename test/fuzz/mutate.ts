import type { Random } from '../support/random.ts';

/** Values that break what expects something else. */
const ODD: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1e308,
  () => 0.5,
  () => 2 ** 60,
  () => '',
  () => 'x',
  () => ' ',
  () => '\uD800',
  () => '\u0000\u2028',
  () => 'é🎉'.repeat(50),
  () => 'x'.repeat(3000),
  () => [],
  () => [[]],
  () => [null],
  () => ['a', 1, {}],
  () => ({}),
  () => ({ type: 'text', text: 'x' }),
  () => ({ __proto__: null, constructor: 1 }),
  () => ({ length: 3 }),
  () => nested(300),
];

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

type Container = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null;

function keysOf(container: Container): string[] {
  return Object.keys(container);
}

/** All containers of a value, itself included. */
function containers(value: unknown, found: Container[] = []): Container[] {
  if (!isContainer(value) || found.length > 2000) return found;
  found.push(value);
  for (const inner of Object.values(value)) containers(inner, found);
  return found;
}

/** A copy of a JSON value with one to three changes somewhere in it. */
export function mutateJSON(random: Random, original: unknown): unknown {
  const root = { value: structuredClone(original) };
  for (let count = random.below(3); count >= 0; count -= 1) {
    const all = containers(root);
    const place = random.pick(all) as Record<string, unknown>;
    const keys = keysOf(place);
    if (keys.length === 0) continue;
    const key = random.pick(keys);
    const donor = random.pick(all) as Record<string, unknown>;
    const given = keysOf(donor);
    switch (random.below(7)) {
      case 0:
        if (Array.isArray(place)) place.splice(Number(key), 1);
        else delete place[key];
        break;
      case 1:
        if (Array.isArray(place)) place.splice(Number(key), 0, structuredClone(place[Number(key)]));
        else place[`${key}_`] = place[key];
        break;
      case 2:
        place[key] = [place[key]];
        break;
      case 3:
        place[key] = structuredClone(given.length > 0 ? donor[random.pick(given)] : donor);
        break;
      default:
        place[key] = random.pick(ODD)();
    }
  }
  return root.value ?? null;
}

/** A copy of the bytes with one to six changes. */
export function mutateBytes(random: Random, original: Uint8Array, donor: Uint8Array): Buffer {
  let bytes = Buffer.from(original);
  for (let count = random.below(6); count >= 0 && bytes.length > 0; count -= 1) {
    const at = random.below(bytes.length);
    const length = 1 + random.below(random.pick([1, 4, 40]));
    const before = bytes.subarray(0, at);
    switch (random.below(7)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 2:
        bytes = Buffer.concat([before, bytes.subarray(at + length)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 4: {
        const from = random.below(Math.max(1, donor.length));
        bytes = Buffer.concat([before, donor.subarray(from, from + length), bytes.subarray(at)]);
        break;
      }
      case 5: {
        const piece = Buffer.from(random.pick(PIECES), 'utf8');
        bytes = Buffer.concat([before, piece, bytes.subarray(at)]);
        break;
      }
      default:
        if (random.below(4) === 0) bytes = Buffer.from(before);
    }
  }
  return bytes;
}

const PIECES = [
  '\n\n',
  '\r',
  '\r\n',
  '"',
  '\\',
  '{',
  '}',
  'data: ',
  'data: [DONE]\n\n',
  ': comment\n',
  'event: error\n',
  '\uFEFF',
  '\\ud800',
  'null',
  '<think>',
  '</think>',
  '<tool_call>',
  '\n```\n',
];

/** A copy of an event stream with changed bytes, changed JSON, or changed events. */
export function mutateStream(random: Random, original: string, donor: string): Buffer {
  if (random.below(2) === 0) {
    return mutateBytes(random, Buffer.from(original, 'utf8'), Buffer.from(donor, 'utf8'));
  }
  const frames = original.split(/(?<=\n\n)/u);
  const others = donor.split(/(?<=\n\n)/u);
  for (let count = random.below(4); count >= 0; count -= 1) {
    const at = random.below(frames.length);
    switch (random.below(6)) {
      case 0:
        frames.splice(at, 1);
        break;
      case 1:
        frames.splice(at, 0, frames[random.below(frames.length)] ?? '');
        break;
      case 2:
        frames.splice(at, 0, random.pick(others));
        break;
      default:
        frames[at] = (frames[at] ?? '').replace(/^data: (.*)$/mu, (line, data: string) =>
          changed(random, line, data),
        );
    }
    if (frames.length === 0) break;
  }
  const text = frames.join('');
  return Buffer.from(random.below(5) === 0 ? text.replaceAll('\n', '\r\n') : text, 'utf8');
}

function changed(random: Random, line: string, data: string): string {
  try {
    return `data: ${JSON.stringify(mutateJSON(random, JSON.parse(data)))}`;
  } catch {
    return line;
  }
}

/** The bytes in pieces of random size, some of them empty. */
export function cutRandomly(random: Random, bytes: Buffer): Buffer[] {
  const most = random.pick([1, 3, 20, 200, 5000]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = random.below(most + 1);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
