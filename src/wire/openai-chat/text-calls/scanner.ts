import type { OfferedTools } from '../offered-tools.ts';
import { bareJSON, markerAt, MARKER_STARTS } from './markers.ts';
import { parseCalls, type TextCall } from './parse.ts';

/** A text that may be a call is kept up to here; a call's arguments are never this long. */
const MAX_HELD_CHARS = 4 * 1024 * 1024;
/** After how many characters it is first looked at again whether it still may be a call. */
const FIRST_LOOK_CHARS = 64;
/** The name in JSON that isn't whole yet. */
const NAME_FIRST = /^\{\s*["']name["']\s*:\s*["']([^"']*)["']/;
const MAX_NAME_CHARS = 200;
/** What begins a line or a marker. */
const NOTABLE = /[\n<[\]]/;
/** Markdown: more than this before a line makes it code. */
const MAX_INDENT = 3;

export interface ScannedEnd {
  readonly calls: readonly TextCall[];
  /** What turned out to be text. */
  readonly text: string;
}

/**
 * Finds calls that a model wrote into its text, because the server in front of it didn't recognise
 * them. Text flows through; from a marker on it is held back until the reply ends.
 *
 * What merely looks like a call must never be executed, so all of this has to hold: the request
 * offered the tool; the call stands outside of code, at the start of a line where its tags are such
 * as people write; it is whole, with all of its closing marks but the outermost; nothing follows it
 * but further calls; and the upstream reported no calls of its own. JSON without any tag has to be
 * the whole reply, with a call's keys only and with every parameter that the tool requires.
 */
export class TextCallScanner {
  readonly #tools: OfferedTools;
  #state: 'passing' | 'holding' | 'off';
  /** Text that isn't out yet: the beginning of a marker, or everything from a marker on. */
  #held = '';
  #isBare = false;
  #nextLook = 0;
  #sawText = false;
  #fence = '';
  /** How much white space the line began with; -1: it has other characters already. */
  #indent = 0;
  #before = '';

  constructor(tools: OfferedTools, enabled: boolean) {
    this.#tools = tools;
    this.#state = enabled && !tools.none ? 'passing' : 'off';
  }

  /** Returns the text that can be shown now. */
  push(piece: string): string {
    if (this.#state === 'off') return piece;
    const text = this.#held + piece;
    this.#held = '';
    if (this.#state === 'holding') return this.#hold(text);
    if (!this.#sawText) {
      const verdict = bareJSON(text);
      if (verdict === 'maybe') {
        this.#held = text;
        return '';
      }
      this.#sawText = true;
      if (verdict === 'yes') {
        this.#isBare = true;
        return this.#startHolding(text);
      }
    }
    return this.#scan(text);
  }

  /** It is text after all: something else follows it. */
  release(): string {
    const held = this.#held;
    this.#held = '';
    if (this.#state === 'holding') this.#state = 'off';
    return held;
  }

  /** The reply is over. `mayCall`: it ended by itself, and the upstream reported no calls. */
  end(mayCall: boolean): ScannedEnd {
    const isCall = this.#state === 'holding' && mayCall;
    const text = this.release();
    const calls = isCall ? this.#read(text) : [];
    return calls.length > 0 ? { calls, text: '' } : { calls: [], text };
  }

  #scan(text: string): string {
    // Nearly every piece is this one: a few words in the middle of a line.
    if (this.#indent < 0 && !NOTABLE.test(text)) {
      this.#before = text.charAt(text.length - 1);
      return text;
    }
    for (let at = 0; at < text.length; at += 1) {
      const char = text.charAt(at);
      if (char === '\n') {
        this.#indent = 0;
      } else if (char === ' ' || char === '\t') {
        if (this.#indent >= 0) this.#indent += char === '\t' ? 4 : 1;
      } else {
        const startsLine = this.#indent >= 0 && this.#indent <= MAX_INDENT;
        if (startsLine && (char === '`' || char === '~')) {
          const run = fenceAt(text, at, char);
          if (run === 'maybe') return this.#keep(text, at);
          if (run === 'yes') this.#toggleFence(char);
        } else if (
          this.#fence === '' &&
          MARKER_STARTS.includes(char) &&
          !/[`"']/.test(this.#before)
        ) {
          const verdict = markerAt(text, at, startsLine);
          if (verdict === 'maybe') return this.#keep(text, at);
          if (verdict === 'yes') return text.slice(0, at) + this.#startHolding(text.slice(at));
        }
        this.#indent = -1;
      }
      this.#before = char;
    }
    return text;
  }

  #keep(text: string, from: number): string {
    this.#held = text.slice(from);
    return text.slice(0, from);
  }

  #toggleFence(char: string): void {
    if (this.#fence === '') this.#fence = char;
    else if (this.#fence === char) this.#fence = '';
  }

  #startHolding(text: string): string {
    this.#state = 'holding';
    this.#nextLook = FIRST_LOOK_CHARS;
    return this.#hold(text);
  }

  /** Looks again whenever the text has doubled, so that a long one costs no square. */
  #hold(text: string): string {
    this.#held = text;
    if (text.length < this.#nextLook) return '';
    this.#nextLook = text.length * 2;
    return text.length <= MAX_HELD_CHARS && this.#mayBeCall(text) ? '' : this.release();
  }

  #mayBeCall(held: string): boolean {
    const { foreign, end, calls, text } = parseCalls(withoutFence(held), this.#tools);
    if (foreign) return false;
    const name = NAME_FIRST.exec(text.slice(end, end + MAX_NAME_CHARS))?.[1];
    if (calls.length === 0 && name !== undefined && this.#tools.find(name) === undefined) {
      return false;
    }
    // Behind a whole call only another one may follow.
    return calls.length === 0 || end === text.length || /[<[{,`]/.test(text.charAt(end));
  }

  #read(held: string): readonly TextCall[] {
    const { calls, end, text } = parseCalls(this.#isBare ? withoutFence(held) : held, this.#tools);
    if (end < text.length) return [];
    if (!this.#isBare) return calls;
    return calls.length === 1 && calls.every(hasAllRequired) ? calls : [];
  }
}

/** Three marks in a row are a fence. */
function fenceAt(text: string, at: number, char: string): 'no' | 'maybe' | 'yes' {
  const run = text.slice(at, at + 3);
  if (run === char.repeat(3)) return 'yes';
  return run === char.repeat(run.length) && at + run.length === text.length ? 'maybe' : 'no';
}

function withoutFence(text: string): string {
  const match = /^\s*```\w*\s*([\s\S]*?)\s*```\s*$/.exec(text);
  return match?.[1] ?? text.replace(/^\s*```\w*\s*/, '');
}

function hasAllRequired({ tool, input }: TextCall): boolean {
  const { required } = tool.parameters;
  return !Array.isArray(required) || required.every((name) => String(name) in input);
}
