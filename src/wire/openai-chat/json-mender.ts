/** What comes next. `raw`: it can't be told what was meant, so the rest goes through as it is. */
type State = 'start' | 'key' | 'colon' | 'value' | 'after' | 'string' | 'number' | 'done' | 'raw';

/** Python's words for JSON's. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['false', 'false'],
  ['null', 'null'],
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
]);

const SPACE = /\s/;
const NOT_SPACE = /\S/g;
const ESCAPED = /["\\/bfnrt]/;
const BARE_KEY = /[\w$-]+/y;
const WORD = /[A-Za-z]+/y;
const NUMBER = /[-+.\dEe]+/y;
const FENCE = /`{3,}\w*\s*/y;

/**
 * Mends the JSON of a call's arguments while it streams. Valid JSON comes out as it went in, at most
 * a few characters later. Put right on the way is what models are seen to get wrong: commas before a
 * closing bracket, single quotes, Python's words, keys without quotes, line ends and quotes inside of
 * strings, unknown escapes, Markdown fences, arguments that are encoded twice, and copies or other
 * text behind the end.
 *
 * What is cut off stays cut off: nothing is added that the model didn't say, because it would be
 * executed. The client reports arguments that are no JSON to the model.
 */
export class JsonMender {
  #state: State = 'start';
  readonly #stack: ('{' | '[')[] = [];
  /** Characters whose meaning depends on what follows. */
  #held = '';
  #text = '';
  #at = 0;
  #out = '';
  #quote = '"';
  #isKey = false;
  #hasBareKeys = false;
  /** Arguments inside of a string: the mender of what is in it. */
  #inner: JsonMender | null = null;
  #members = 0;
  #blankChars = 0;

  /** The arguments have ended. An empty object may be a first sketch that more will follow. */
  get complete(): boolean {
    return this.#inner?.complete ?? (this.#state === 'done' && this.#members > 0);
  }

  /** White space that came last, without anything else between; in strings also as escapes. */
  get blankChars(): number {
    return this.#inner?.blankChars ?? this.#blankChars;
  }

  get inString(): boolean {
    return this.#inner?.inString ?? this.#state === 'string';
  }

  /** Takes the next piece; returns what is certain by now. */
  push(piece: string): string {
    this.#text = this.#held === '' ? piece : this.#held + piece;
    this.#at = 0;
    this.#out = '';
    while (this.#at < this.#text.length && this.#step());
    this.#held = this.#text.slice(this.#at);
    return this.#out;
  }

  /** No more will come. Returns what was held back. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    if (this.#inner !== null) return this.#inner.end();
    // The bracket of an empty object was kept in case that more would follow.
    if (this.#state === 'done') return this.#members === 0 ? '}' : '';
    if (this.#state === 'start') return WORDS.get(held.trim()) === 'null' ? '' : held;
    const closing = this.#state === 'string' && held.startsWith(this.#quote);
    return closing ? `"${held.slice(1)}` : held;
  }

  /** Takes one token; `false` where more has to come first. */
  #step(): boolean {
    const char = this.#text.charAt(this.#at);
    switch (this.#state) {
      case 'raw':
        return this.#emit(this.#text.slice(this.#at), this.#text.length - this.#at);
      case 'string':
        return this.#inner === null ? this.#inString(char) : this.#inEncoded(this.#inner, char);
      case 'number': {
        const digits = this.#match(NUMBER);
        if (digits !== '') return this.#emit(digits, digits.length);
        this.#state = 'after';
        return true;
      }
      case 'start':
        return SPACE.test(char) ? this.#emit('', 1) : this.#start(char);
      case 'done':
        return this.#behindEnd(char);
      default:
    }
    if (SPACE.test(char)) {
      this.#blankChars += 1;
      return this.#emit(char, 1);
    }
    this.#blankChars = 0;
    if (this.#state === 'key') return this.#key(char);
    if (this.#state === 'value') return this.#value(char);
    if (this.#state === 'after') return this.#after(char);
    return char === ':' ? this.#emit(char, 1, 'value') : this.#giveUp();
  }

  #start(char: string): boolean {
    if (char === '{') return this.#open('{');
    if (char === '"') {
      this.#inner = new JsonMender();
      return this.#emit('', 1, 'string');
    }
    const rest = this.#text.slice(this.#at);
    if (char === '`') {
      const fence = this.#match(FENCE);
      if (fence.length === rest.length || rest.length < 3) return false;
      return fence === '' ? this.#giveUp() : this.#emit('', fence.length);
    }
    // "null" in place of no arguments; known at the end only.
    return [...WORDS.keys()].some((word) => word.startsWith(rest)) ? false : this.#giveUp();
  }

  #key(char: string): boolean {
    if (char === '"' || char === "'") return this.#openString(char, true);
    if (char === '}') return this.#close('{');
    const name = this.#match(BARE_KEY);
    if (name === '') return this.#giveUp();
    if (this.#at + name.length === this.#text.length) return false;
    this.#hasBareKeys = true;
    this.#countMember();
    return this.#emit(JSON.stringify(name), name.length, 'colon');
  }

  #value(char: string): boolean {
    if (char === '{' || char === '[') return this.#open(char);
    if (char === '"' || char === "'") return this.#openString(char, false);
    if (char === ']') return this.#close('[');
    if (char === '-' || (char >= '0' && char <= '9')) {
      this.#state = 'number';
      return true;
    }
    const word = this.#match(WORD);
    if (word !== '' && this.#at + word.length === this.#text.length) return false;
    const mended = WORDS.get(word);
    return mended === undefined ? this.#giveUp() : this.#emit(mended, word.length, 'after');
  }

  #after(char: string): boolean {
    const inObject = this.#stack.at(-1) === '{';
    if (char === ',') {
      const next = this.#next(this.#at + 1);
      if (next === -1) return false;
      const follower = this.#text.charAt(next);
      if (follower === '}' || follower === ']' || follower === ',') return this.#emit('', 1);
      return this.#emit(char, 1, inObject ? 'key' : 'value');
    }
    if (char === '}' || char === ']') return this.#close(char === '}' ? '{' : '[');
    // A comma is missing.
    return inObject && char === '"' ? this.#emit(',', 0, 'key') : this.#giveUp();
  }

  #inString(char: string): boolean {
    const text = this.#text;
    let plain = this.#at;
    for (; plain < text.length; plain += 1) {
      const code = text.charCodeAt(plain);
      // A quotation mark of either kind, a backslash, or a control character.
      if (code === 0x22 || code === 0x27 || code === 0x5c || code < 0x20) break;
    }
    if (plain > this.#at) {
      const piece = text.slice(this.#at, plain);
      this.#blankChars = piece.trim() === '' ? this.#blankChars + piece.length : 0;
      return this.#emit(piece, piece.length);
    }
    if (char === '\\') return this.#escape();
    if (char !== '"' && char !== "'") {
      this.#blankChars += 1;
      return this.#emit(JSON.stringify(char).slice(1, -1), 1);
    }
    this.#blankChars = 0;
    const inner = char === '"' ? '\\"' : "'";
    if (char !== this.#quote) return this.#emit(inner, 1);
    const closes = this.#closes();
    if (closes === null) return false;
    return closes ? this.#emit('"', 1, this.#isKey ? 'colon' : 'after') : this.#emit(inner, 1);
  }

  #escape(): boolean {
    const next = this.#text.charAt(this.#at + 1);
    if (next === '') return false;
    if (next === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (/^[\da-f]{4}$/i.test(digits)) return this.#emit(`\\u${digits}`, 6);
      if (/^[\da-f]*$/i.test(digits)) return false;
    } else if (ESCAPED.test(next)) {
      this.#blankChars = /[nrt]/.test(next) ? this.#blankChars + 1 : 0;
      return this.#emit(`\\${next}`, 2);
    } else if (next === "'") return this.#emit("'", 2);
    // A backslash that stands for itself, as in paths of Windows.
    this.#blankChars = 0;
    return this.#emit('\\\\', 1);
  }

  /** Whether a quotation mark ends its string: what follows tells. `null`: not here yet. */
  #closes(): boolean | null {
    const next = this.#next(this.#at + 1);
    if (next === -1) return null;
    const char = this.#text.charAt(next);
    if (this.#isKey) return char === ':';
    if (this.#stack.at(-1) === '[') return char === ',' || char === ']';
    if (char !== ',') return char === '}';
    const beyond = this.#next(next + 1);
    if (beyond === -1) return null;
    const follower = this.#text.charAt(beyond);
    return /["'},]/.test(follower) || (this.#hasBareKeys && /[\w$]/.test(follower));
  }

  /** Inside of arguments that were encoded twice, or only put into quotation marks. */
  #inEncoded(inner: JsonMender, char: string): boolean {
    if (char === '"' && inner.complete) return this.#emit('', 1, 'done');
    if (char !== '\\') return this.#emit(inner.push(char), 1);
    const wanted = this.#text.charAt(this.#at + 1) === 'u' ? 6 : 2;
    const escape = this.#text.slice(this.#at, this.#at + wanted);
    if (escape.length < wanted) return false;
    let decoded = escape;
    try {
      decoded = String(JSON.parse(`"${escape}"`));
    } catch {
      // No escape that JSON has.
    }
    return this.#emit(inner.push(decoded), wanted);
  }

  /** A copy, a fence, one bracket too many: dropped, but for what an empty object was a sketch of. */
  #behindEnd(char: string): boolean {
    if (this.#members > 0 || this.#inner !== null || char !== '{') return this.#emit('', 1);
    this.#stack.push('{');
    return this.#emit('', 1, 'key');
  }

  #open(bracket: '{' | '['): boolean {
    this.#stack.push(bracket);
    return this.#emit(bracket, 1, bracket === '{' ? 'key' : 'value');
  }

  #close(bracket: '{' | '['): boolean {
    if (this.#stack.at(-1) !== bracket) return this.#giveUp();
    this.#stack.pop();
    if (this.#stack.length > 0) return this.#emit(bracket === '{' ? '}' : ']', 1, 'after');
    return this.#emit(this.#members === 0 ? '' : '}', 1, 'done');
  }

  #openString(quote: string, isKey: boolean): boolean {
    this.#quote = quote;
    this.#isKey = isKey;
    if (isKey) this.#countMember();
    return this.#emit('"', 1, 'string');
  }

  #countMember(): void {
    if (this.#stack.length === 1) this.#members += 1;
  }

  #giveUp(): boolean {
    this.#state = 'raw';
    return true;
  }

  #emit(out: string, taken: number, state: State = this.#state): true {
    this.#out += out;
    this.#at += taken;
    this.#state = state;
    return true;
  }

  /** What the pattern matches here, or an empty string. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  /** The position of the next character that is no white space, from one on; -1: none yet. */
  #next(from: number): number {
    NOT_SPACE.lastIndex = from;
    return NOT_SPACE.exec(this.#text)?.index ?? -1;
  }
}
