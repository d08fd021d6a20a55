/**
 * Cuts what stands behind `/mmodel` into words, with quotations whole. Quotation marks count where
 * a word, or what stands behind its colon, begins; an apostrophe within a word is a letter.
 */

/** A word, or a word and a quotation: `mm25:implement`, `g5:"write unit tests"`, `--sequential`. */
export interface Word {
  /** The blanks before it. */
  readonly gap: string;
  /** As it was typed. */
  readonly source: string;
  /** The part up to and without the first colon outside of quotation marks; `null`: no colon. */
  readonly head: string | null;
  /** What stands behind that colon, or the whole word; a quotation without its marks. */
  readonly text: string;
  /** Whether `text` is one quotation: nothing in it has a meaning of its own. */
  readonly quoted: boolean;
}

/** A quotation that never ends; the message is complete. */
export class UnclosedQuotation extends Error {
  override readonly name = 'UnclosedQuotation';
}

/** Opening marks with those that close them, in the ways of several languages. */
const MARKS: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”“'],
  ['„', '“”'],
  ['‘', '’'],
  ['‚', '‘’'],
  ['«', '»'],
  ['»', '«'],
  ['‹', '›'],
  ['›', '‹'],
  ['「', '」'],
  ['『', '』'],
]);

/** Marks that are apostrophes too: they close before a space, a comma or the end alone. */
const APOSTROPHES = "'’‘";

/** Both colons of the world's keyboards. */
const COLON = /[:：]/u;

/**
 * The words of a text, in order.
 *
 * @throws UnclosedQuotation
 */
export function scanWords(text: string): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    const gap = /^\s*/u.exec(text.slice(at))?.[0] ?? '';
    at += gap.length;
    if (at >= text.length) return words;
    const word = { gap, ...scanWord(text.slice(at)) };
    words.push(word);
    at += word.source.length;
  }
}

function scanWord(rest: string): Omit<Word, 'gap'> {
  const quotation = quotationAt(rest);
  if (quotation !== null) {
    const { inner, length } = quotation;
    return { source: rest.slice(0, length), head: null, text: inner, quoted: true };
  }
  const option = /^(?:--|[—–])\w+=/u.exec(rest)?.[0] ?? '';
  const value = option === '' ? null : quotationAt(rest.slice(option.length));
  if (value !== null) {
    const source = rest.slice(0, option.length + value.length);
    return { source, head: null, text: option + value.inner, quoted: false };
  }
  const bare = /^\S+/u.exec(rest)?.[0] ?? '';
  const colon = bare.search(COLON);
  if (colon <= 0) return { source: bare, head: null, text: bare, quoted: false };
  const head = bare.slice(0, colon);
  const behind = quotationAt(rest.slice(colon + 1));
  if (behind === null) {
    return { source: bare, head, text: bare.slice(colon + 1), quoted: false };
  }
  const source = rest.slice(0, colon + 1 + behind.length);
  return { source, head, text: behind.inner, quoted: true };
}

/** A quotation at the very beginning; `null`: there is none. */
function quotationAt(rest: string): { inner: string; length: number } | null {
  const open = rest[0] ?? '';
  const closing = MARKS.get(open);
  if (closing === undefined) return null;
  let inner = '';
  for (let at = 1; at < rest.length; at++) {
    const character = rest[at] ?? '';
    const next = rest[at + 1] ?? '';
    if (character === '\\' && next !== '' && (closing.includes(next) || next === '\\')) {
      inner += next;
      at += 1;
    } else if (closing.includes(character) && ends(character, next)) {
      return { inner, length: at + 1 };
    } else {
      inner += character;
    }
  }
  if (APOSTROPHES.includes(open) || open === '»' || open === '›') return null;
  throw new UnclosedQuotation(
    `A quotation begins at ${rest.slice(0, 20)} and never ends: add the closing ${closing[0]}`,
  );
}

const ends = (mark: string, next: string): boolean =>
  !APOSTROPHES.includes(mark) || next === '' || /[\s,.;!?)]/u.test(next);
