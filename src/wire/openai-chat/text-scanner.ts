/** Length of the longest end of `text` that is a beginning of `mark`. */
function overlap(text: string, mark: string): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length -= 1) {
    if (mark.startsWith(text.slice(text.length - length))) return length;
  }
  return 0;
}

/** Looks for stop strings in a text that comes in pieces, for upstreams that accept too few. */
export class StopScanner {
  readonly #marks: readonly string[];
  #held = '';

  constructor(marks: readonly string[]) {
    this.#marks = marks;
  }

  /** The text that can be shown, and the stop string that ends it, if one came. */
  push(piece: string): { readonly text: string; readonly hit: string | null } {
    if (this.#marks.length === 0) return { text: piece, hit: null };
    const text = this.#held + piece;
    let first = -1;
    let hit: string | null = null;
    for (const mark of this.#marks) {
      const at = text.indexOf(mark);
      if (at !== -1 && (first === -1 || at < first)) {
        first = at;
        hit = mark;
      }
    }
    if (hit !== null) {
      this.#held = '';
      return { text: text.slice(0, first), hit };
    }
    const keep = Math.max(...this.#marks.map((mark) => overlap(text, mark)));
    this.#held = text.slice(text.length - keep);
    return { text: text.slice(0, text.length - keep), hit: null };
  }

  /** What was held back, since no stop string came of it. */
  flush(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

const OPEN = '<think>';
const CLOSE = '</think>';

export interface TextPiece {
  readonly kind: 'thinking' | 'text';
  readonly text: string;
}

/** Splits `<think>…</think>` off the start of a text that comes in pieces. */
export class ThinkTagSplitter {
  #phase: 'start' | 'thinking' | 'gap' | 'text' = 'start';
  #held = '';

  push(piece: string): TextPiece[] {
    if (this.#phase === 'text') return [{ kind: 'text', text: piece }];
    if (this.#phase === 'gap') return this.#afterGap(piece);
    const text = this.#held + piece;
    this.#held = '';
    if (this.#phase === 'start') {
      const trimmed = text.trimStart();
      if (trimmed.startsWith(OPEN)) {
        this.#phase = 'thinking';
        return this.push(trimmed.slice(OPEN.length));
      }
      if (OPEN.startsWith(trimmed)) {
        this.#held = text;
        return [];
      }
      this.#phase = 'text';
      return [{ kind: 'text', text }];
    }
    const end = text.indexOf(CLOSE);
    if (end !== -1) {
      this.#phase = 'gap';
      return [
        { kind: 'thinking', text: text.slice(0, end) },
        ...this.#afterGap(text.slice(end + CLOSE.length)),
      ];
    }
    const keep = overlap(text, CLOSE);
    this.#held = text.slice(text.length - keep);
    return [{ kind: 'thinking', text: text.slice(0, text.length - keep) }];
  }

  /** Line ends between the closing tag and the text are of neither. */
  #afterGap(piece: string): TextPiece[] {
    const text = piece.trimStart();
    if (text === '') return [];
    this.#phase = 'text';
    return [{ kind: 'text', text }];
  }

  flush(): TextPiece[] {
    const text = this.#held;
    this.#held = '';
    return text === '' ? [] : [{ kind: this.#phase === 'thinking' ? 'thinking' : 'text', text }];
  }
}

const FENCE_START = /^\s*```\w*[ \t]*\r?\n/;
const FENCE_BEGINNING = /^\s*(?:`{0,2}|```\w*[ \t]*\r?)$/;
const FENCE_END = /\s*`{0,3}\s*$/;

/** Takes the code fence off a reply that should be JSON and nothing else. */
export class FenceStripper {
  #phase: 'start' | 'fenced' | 'plain' = 'start';
  #held = '';

  push(piece: string): string {
    if (this.#phase === 'plain') return piece;
    let text = this.#held + piece;
    this.#held = '';
    if (this.#phase === 'start') {
      const start = FENCE_START.exec(text)?.[0];
      if (start === undefined) {
        if (FENCE_BEGINNING.test(text)) this.#held = text;
        else this.#phase = 'plain';
        return this.#held === '' ? text : '';
      }
      this.#phase = 'fenced';
      text = text.slice(start.length);
    }
    const end = FENCE_END.exec(text)?.index ?? text.length;
    this.#held = text.slice(end);
    return text.slice(0, end);
  }

  /** What was held back, where it isn't the end of the fence. */
  release(): string {
    const held = this.#held;
    this.#held = '';
    return this.#phase === 'fenced' && held.trim() === '```' ? '' : held;
  }

  end(): { readonly calls: readonly never[]; readonly text: string } {
    return { calls: [], text: this.release() };
  }
}
