import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { ConfigIssue, KeyPath } from './config-error.ts';
import { formatPath } from './config-error.ts';

/** A place in a text; both count from 1, columns in UTF-16 code units. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** What a path leads to: the key that names it, or the value behind. */
export type Anchor = 'key' | 'value';

/** A parsed file that remembers where everything stands. */
export interface Document {
  readonly value: unknown;
  /** Where a key or value stands; a path that isn't there gives the nearest one around it. */
  locate(path: KeyPath, anchor?: Anchor): Position | undefined;
  /** `a string`, `a list` …; `undefined` where nothing stands. */
  kindAt(path: KeyPath): string | undefined;
}

const KINDS: Record<Node['type'], string> = {
  array: 'a list',
  boolean: 'true or false',
  null: 'null',
  number: 'a number',
  object: 'an object',
  property: 'a property',
  string: 'a string',
};

/** By jsonc-parser's error names. The text at fault is never shown: it may be a key. */
const SYNTAX: Record<string, string> = {
  InvalidSymbol: 'expected a JSON value; names and strings need double quotes',
  InvalidNumberFormat: 'this is no valid number',
  PropertyNameExpected: 'expected a name in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected ":" between the name and its value',
  CommaExpected: 'expected "," before this',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: 'expected the end of the file after the outermost value',
  InvalidCommentToken: 'expected a comment as // … or /* … */',
  UnexpectedEndOfComment: 'this comment is never closed; expected "*/"',
  UnexpectedEndOfString: "this string isn't closed on its line; expected a double quote",
  UnexpectedEndOfNumber: 'this is no complete number',
  InvalidUnicode: 'this string holds an incomplete \\u escape; expected four hex digits',
  InvalidEscapeCharacter: 'this string holds an unknown escape; a backslash is written \\\\',
  InvalidCharacter: 'this string holds a control character; write it as \\t, \\n or \\u00xx',
};

/** The result of {@link parseDocument}: a document, or what is wrong with the text. */
export type Parsed =
  | { readonly ok: true; readonly document: Document }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/**
 * Reads JSON with comments and trailing commas. Only the first syntax error is told, as the
 * others mostly follow from it; keys that are given twice are errors as well.
 */
export function parseDocument(text: string): Parsed {
  const positionOf = positions(text);
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return failed([{ path: '', message: 'the file is nested too deeply' }]);
  }
  const first = errors.sort((a, b) => a.offset - b.offset)[0];
  if (first !== undefined || root === undefined) {
    const offset = first?.offset ?? 0;
    const message = first === undefined ? 'the file is empty' : syntaxMessage(text, first);
    return failed([{ path: '', message, ...positionOf(offset) }]);
  }
  const repeated = repeatedKeys(root, positionOf);
  if (repeated.length > 0) return failed(repeated);
  return { ok: true, document: documentOf(root, positionOf) };
}

const failed = (issues: readonly ConfigIssue[]): Parsed => ({ ok: false, issues });

function documentOf(root: Node, positionOf: (offset: number) => Position): Document {
  return {
    value: getNodeValue(root),
    locate(path, anchor = 'value') {
      for (let length = path.length; length >= 0; length--) {
        const node = findNodeAtLocation(root, path.slice(0, length));
        if (node === undefined) continue;
        const key = node.parent?.type === 'property' ? node.parent : node;
        const wantsKey = anchor === 'key' || length < path.length;
        return positionOf(wantsKey ? key.offset : node.offset);
      }
      return undefined;
    },
    kindAt(path) {
      const node = findNodeAtLocation(root, [...path]);
      return node === undefined ? undefined : KINDS[node.type];
    },
  };
}

function syntaxMessage(text: string, error: ParseError): string {
  if (text.trim() === '') return 'the file is empty; expected at least {}';
  const name = printParseErrorCode(error.error);
  const message = SYNTAX[name] ?? 'this is no valid JSON';
  if (text.slice(error.offset).trim() !== '') return message;
  const open = innermostOpen(text);
  if (open === undefined) return message;
  return `the file ends too early: ${message} for the "${open.bracket}" of line ${open.line}`;
}

/** The bracket that still waits for its partner at the end of the text. */
function innermostOpen(text: string): { bracket: string; line: number } | undefined {
  const scanner = createScanner(text, true);
  const positionOf = positions(text);
  const open: number[] = [];
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    const first = scanner.getTokenLength() === 1 ? text[offset] : undefined;
    if (first === '{' || first === '[') open.push(offset);
    if (first === '}' || first === ']') open.pop();
  }
  const offset = open.at(-1);
  if (offset === undefined) return undefined;
  return { bracket: text[offset] ?? '', line: positionOf(offset).line };
}

/** JSON leaves the meaning of a repeated key open (RFC 8259, section 4); a person means one of them. */
function repeatedKeys(root: Node, positionOf: (offset: number) => Position): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const visit = (node: Node, path: KeyPath): void => {
    const seen = new Map<string, Node>();
    for (const [index, child] of (node.children ?? []).entries()) {
      if (node.type === 'array') {
        visit(child, [...path, index]);
        continue;
      }
      const [key, value] = child.children ?? [];
      if (key === undefined) continue;
      const name = String(key.value);
      const earlier = seen.get(name);
      if (earlier !== undefined) {
        const { line } = positionOf(earlier.offset);
        issues.push({
          path: formatPath([...path, name]),
          message: `is given twice, first in line ${line}`,
          ...positionOf(key.offset),
        });
      }
      seen.set(name, key);
      if (value?.children !== undefined) visit(value, [...path, name]);
    }
  };
  visit(root, []);
  return issues;
}

/** Turns offsets into lines and columns; lines end as in RFC 8259's whitespace: LF, CR or both. */
function positions(text: string): (offset: number) => Position {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return (offset) => {
    const later = starts.findIndex((start) => start > offset);
    const line = later === -1 ? starts.length : later;
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}
