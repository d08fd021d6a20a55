import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';

/** Any value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A value that fits into this many columns stands on one line. */
const ONE_LINE = 100;

/**
 * Puts a value into a configuration's text and leaves every other character alone: comments, order
 * and layout stay as their writer made them. What is missing on the way is made.
 *
 * @param text valid JSON with comments, its root an object; an empty text becomes a new file
 * @throws Error where the text is no such file, or the path leads through something else
 */
export function setValue(text: string, path: readonly string[], value: JsonValue): string {
  const source = text.trim() === '' ? '{}\n' : text;
  const root = parseTree(source, [], { allowTrailingComma: true });
  if (root === undefined) throw new Error('the configuration is no valid JSON');
  const unit = indentUnit(source);
  const [key, ...rest] = path;
  if (key === undefined) throw new Error('the path is empty');
  let object = root;
  let name = key;
  let depth = 1;
  const missing = [...rest];
  for (;;) {
    if (object.type !== 'object') throw new Error(`${name} is no object in the configuration`);
    const next = findNodeAtLocation(object, [name]);
    const following = missing[0];
    if (next === undefined) {
      return insert(source, object, name, nested(missing, value), { unit, depth });
    }
    if (following === undefined) return replace(source, next, value, { unit, depth });
    object = next;
    name = following;
    missing.shift();
    depth += 1;
  }
}

const nested = (keys: readonly string[], value: JsonValue): JsonValue =>
  keys.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), value);

interface Layout {
  /** What one level is indented by. */
  readonly unit: string;
  /** How deep the property stands. */
  readonly depth: number;
}

function replace(text: string, node: Node, value: JsonValue, layout: Layout): string {
  return (
    text.slice(0, node.offset) + render(value, layout, 0) + text.slice(node.offset + node.length)
  );
}

/** Adds a property behind the last one and whatever is said about that. */
function insert(
  text: string,
  object: Node,
  name: string,
  value: JsonValue,
  layout: Layout,
): string {
  const brace = object.offset + object.length - 1;
  const indent = layout.unit.repeat(layout.depth);
  const key = `${JSON.stringify(name)}: `;
  const property = `\n${indent}${key}${render(value, layout, key.length)}`;
  const last = object.children?.at(-1);
  const from = last === undefined ? object.offset + 1 : last.offset + last.length;
  const tail = text.slice(from, brace);
  const comma = last === undefined ? -1 : commaIn(tail);
  const before = tail.trimEnd();
  const closing = tail.slice(before.length).includes('\n')
    ? tail.slice(before.length)
    : `\n${layout.unit.repeat(layout.depth - 1)}`;
  const separator = last !== undefined && comma === -1 ? ',' : '';
  const trailing = comma === -1 ? '' : ',';
  return (
    text.slice(0, from) + separator + before + property + trailing + closing + text.slice(brace)
  );
}

/** Where the comma stands in what follows a property, comments left out; -1: there is none. */
function commaIn(tail: string): number {
  const blank = tail.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//gu, (comment) =>
    ' '.repeat(comment.length),
  );
  return blank.indexOf(',');
}

function render(value: JsonValue, { unit, depth }: Layout, column: number): string {
  const indent = unit.repeat(depth);
  const line = oneLine(value);
  const fits = indent.length + column + line.length <= ONE_LINE;
  if (fits && !isTable(value)) return line;
  if (!isPlainObject(value)) return line;
  const inner = { unit, depth: depth + 1 };
  const rows = Object.entries(value).map(([key, one]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${unit.repeat(depth + 1)}${name}${render(one, inner, name.length)}`;
  });
  return rows.length === 0 ? '{}' : `{\n${rows.join(',\n')}\n${indent}}`;
}

/** An object of objects, such as `modelRoutes`: one line for each. */
const isTable = (value: JsonValue): boolean => {
  const rows = isPlainObject(value) ? Object.values(value) : [];
  return rows.length > 0 && rows.every(isPlainObject);
};

const isPlainObject = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{ "alias": "d4f", "preset": "deepseek" }`: as people write it. */
function oneLine(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((one) => oneLine(one as JsonValue)).join(', ')}]`;
  if (!isPlainObject(value)) return JSON.stringify(value);
  const rows = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${oneLine(one)}`);
  return rows.length === 0 ? '{}' : `{ ${rows.join(', ')} }`;
}

/** The file's own indentation, or two blanks. */
const indentUnit = (text: string): string => /^([ \t]+)"/mu.exec(text)?.[1] ?? '  ';
