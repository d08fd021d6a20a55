import {
  scanElements,
  scanMembers,
  skipSpace,
  type MemberSpan,
  type Span,
} from '../core/json-scan.ts';
import { asBuffer } from '../lib/bytes.ts';

interface Member {
  readonly key: string;
  /** The key as it was written, quotes and escapes included. */
  readonly keyBytes: Buffer;
  node: JsonNode;
}

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const COMMA = Buffer.from(',');
const COLON = Buffer.from(':');
const EMPTY = Buffer.alloc(0);

/**
 * A JSON text that is opened only where it is looked into and written anew only where it was
 * changed: every other byte stays as the client wrote it, with the order of keys and the form of
 * numbers, which `JSON.parse` and `JSON.stringify` would not keep. Reading throws a `GatewayError`
 * `malformed_request` where the text is not JSON.
 */
export class JsonNode {
  readonly #source: Buffer;
  readonly #span: Span;
  #members: Member[] | null = null;
  #elements: readonly JsonNode[] | null = null;
  #edited = false;

  private constructor(source: Buffer, span: Span) {
    this.#source = source;
    this.#span = span;
  }

  /** The value that a text consists of. */
  static parse(text: Uint8Array): JsonNode {
    const source = asBuffer(text);
    return new JsonNode(source, { start: skipSpace(source, 0), end: source.length });
  }

  /** The object that a text consists of, whose members are known. */
  static ofMembers(text: Uint8Array, members: readonly MemberSpan[]): JsonNode {
    const root = JsonNode.parse(text);
    root.#members = root.#membersOf(members);
    return root;
  }

  /** A new value. */
  static of(value: unknown): JsonNode {
    return JsonNode.parse(Buffer.from(JSON.stringify(value), 'utf8'));
  }

  /** A new array. */
  static list(items: readonly JsonNode[]): JsonNode {
    const list = JsonNode.of([]);
    list.setItems(items);
    return list;
  }

  get isObject(): boolean {
    return this.#first === OPEN_BRACE;
  }

  get isArray(): boolean {
    return this.#first === OPEN_BRACKET;
  }

  /** A member of an object; of repeated keys the last one, as in `JSON.parse`. */
  get(key: string): JsonNode | undefined {
    return this.#opened()?.findLast((member) => member.key === key)?.node;
  }

  /** An object's keys, in their order; none for any other value. */
  keys(): string[] {
    return (this.#opened() ?? []).map(({ key }) => key);
  }

  /** Gives a member another value, or adds it at the end. */
  set(key: string, node: JsonNode): void {
    const members = this.#opened();
    if (members === null) return;
    this.#edited = true;
    const member = members.findLast((one) => one.key === key);
    if (member === undefined) {
      members.push({ key, keyBytes: Buffer.from(JSON.stringify(key), 'utf8'), node });
    } else {
      member.node = node;
    }
  }

  /** Takes a member out. Says whether it was there. */
  delete(key: string): boolean {
    const members = this.#opened();
    const rest = members?.filter((member) => member.key !== key) ?? [];
    if (members === null || rest.length === members.length) return false;
    this.#members = rest;
    this.#edited = true;
    return true;
  }

  /** An array's elements; none for any other value. */
  items(): readonly JsonNode[] {
    if (!this.isArray) return [];
    this.#elements ??= scanElements(this.#source, this.#span.start).map(
      (span) => new JsonNode(this.#source, span),
    );
    return this.#elements;
  }

  /** Puts other elements into an array. */
  setItems(items: readonly JsonNode[]): void {
    this.#elements = items;
    this.#edited = true;
  }

  /** A string's text; `undefined` for any other value. */
  text(): string | undefined {
    if (this.#first !== QUOTE) return undefined;
    const value: unknown = this.value();
    return typeof value === 'string' ? value : undefined;
  }

  /** The parsed value, changes included. `undefined` where a scalar is not JSON. */
  value(): unknown {
    try {
      return JSON.parse(this.bytes().toString('utf8'));
    } catch {
      return undefined;
    }
  }

  /** The text, written anew where it was changed. */
  bytes(): Buffer {
    const parts: Buffer[] = [];
    this.#write(parts);
    const [first = EMPTY, ...more] = parts;
    return more.length === 0 ? first : Buffer.concat(parts);
  }

  get #first(): number | undefined {
    return this.#source[this.#span.start];
  }

  #opened(): Member[] | null {
    if (!this.isObject) return null;
    this.#members ??= this.#membersOf(scanMembers(this.#source, this.#span.start).members);
    return this.#members;
  }

  #membersOf(spans: readonly MemberSpan[]): Member[] {
    return spans.map(({ key, start, value }) => ({
      key,
      keyBytes: trimmedKey(this.#source.subarray(start, value.start)),
      node: new JsonNode(this.#source, value),
    }));
  }

  get #changed(): boolean {
    return (
      this.#edited ||
      (this.#members?.some(({ node }) => node.#changed) ?? false) ||
      (this.#elements?.some((node) => node.#changed) ?? false)
    );
  }

  #write(parts: Buffer[]): void {
    if (!this.#changed) {
      parts.push(this.#source.subarray(this.#span.start, this.#span.end));
    } else if (this.#members !== null) {
      parts.push(Buffer.from('{'));
      this.#members.forEach(({ keyBytes, node }, index) => {
        if (index > 0) parts.push(COMMA);
        parts.push(keyBytes, COLON);
        node.#write(parts);
      });
      parts.push(Buffer.from('}'));
    } else {
      parts.push(Buffer.from('['));
      this.#elements?.forEach((node, index) => {
        if (index > 0) parts.push(COMMA);
        node.#write(parts);
      });
      parts.push(Buffer.from(']'));
    }
  }
}

/** A key without its colon and the space around it. */
function trimmedKey(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(QUOTE, bytes.lastIndexOf(COLON)) + 1);
}
