import { GatewayError } from '../../core/errors.ts';
import type { Cargo } from './cargo.ts';
import type { ReplyContext } from './context.ts';
import { upstreamName } from '../errors/explain.ts';
import type { JsonObject } from '../json.ts';
import type { MessageWriter } from './message-writer.ts';
import { TextCallScanner } from './text-calls/scanner.ts';
import { requestedFormat } from './response-format.ts';
import { FenceStripper, StopScanner, type TextPiece } from './text-scanner.ts';
import { ToolCalls, isRunaway, type ToolCallState } from './tool-calls.ts';
import { clientToolId } from './tool-ids.ts';

/** More white space in a row than any text has; see {@link isRunaway}. */
const MAX_BLANK_CHARS = 10_000;

/**
 * Puts text, thinking and tool calls, which an upstream may mix as it likes, into blocks one after
 * the other. A call whose arguments are incomplete keeps its block open; what else comes meanwhile
 * waits until the end, other calls in the order in which they were first seen.
 */
export class ReplyBlocks {
  readonly #context: ReplyContext;
  readonly #writer: MessageWriter;
  readonly #cargo: Cargo;
  readonly #stops: StopScanner;
  readonly #filter: TextCallScanner | FenceStripper;
  readonly #calls = new ToolCalls();
  #live: ToolCallState | null = null;
  /** White space that may turn out to stand between reasoning and tools only. */
  #blank = '';
  #deferred: TextPiece[] = [];
  /** White space that the text ends in. */
  #blankChars = 0;

  constructor(context: ReplyContext, writer: MessageWriter, cargo: Cargo) {
    this.#context = context;
    this.#writer = writer;
    this.#cargo = cargo;
    this.#stops = new StopScanner(context.stopHere);
    this.#filter =
      requestedFormat(context.request) === null
        ? new TextCallScanner(context.tools, context.compat.textToolCalls)
        : new FenceStripper();
  }

  /** Whether a call was made that has a name. */
  get hasTools(): boolean {
    return this.#calls.all.some((call) => call.name !== '');
  }

  /**
   * Returns the stop string that ends the reply here, if one came.
   * @throws GatewayError `malformed_reply` where the text runs into endless white space.
   */
  text(piece: string): string | null {
    const { text, hit } = this.#stops.push(piece);
    const shown = text === '' ? '' : this.#filter.push(text);
    if (shown !== '') this.#plainText(shown);
    return hit;
  }

  thinking(text: string): void {
    if (text === '' || this.#defer('thinking', text)) return;
    this.#releaseText();
    this.#writer.thinking(text);
  }

  /** @throws GatewayError `malformed_reply` where the arguments run into endless white space. */
  tool(delta: JsonObject): void {
    const call = this.#calls.add(delta);
    if (isRunaway(call)) {
      throw this.#runaway('into a tool call');
    }
    this.#advance(false);
  }

  /** Writes all that was held back. `complete`: the model ended the reply itself. */
  flush(complete: boolean): void {
    const shown = this.#filter.push(this.#stops.flush());
    const { calls, text } = this.#filter.end(complete && !this.hasTools);
    if (shown + text !== '') this.#plainText(shown + text);
    for (const [index, { tool, input }] of calls.entries()) {
      this.tool({ index, function: { name: tool.name, arguments: JSON.stringify(input) } });
    }
    this.#blank = '';
    this.#advance(true);
    for (const { kind, text } of this.#deferred.splice(0)) {
      if (kind === 'text') this.#writer.text(text);
      else this.#writer.thinking(text);
    }
    // Only calls make a vendor want it back. A thinking block at the end of an answer would hide the
    // answer: in print mode Claude Code shows the last block, and nothing where that is no text.
    if (this.#cargo.waiting && this.hasTools) this.#writer.openThinking();
  }

  #plainText(piece: string): void {
    // A text that runs away consists of nothing else.
    this.#blankChars = piece.trim() === '' ? this.#blankChars + piece.length : 0;
    if (this.#blankChars > MAX_BLANK_CHARS) throw this.#runaway('');
    let text = piece;
    if (this.#writer.open !== 'text') {
      text = this.#blank + piece;
      this.#blank = '';
      if (text.trim() === '') {
        this.#blank = text;
        return;
      }
    }
    if (!this.#defer('text', text)) this.#writer.text(text);
  }

  #defer(kind: TextPiece['kind'], text: string): boolean {
    if (this.#live === null) return false;
    if (this.#live.mender.complete) {
      this.#closeLive();
      return false;
    }
    this.#deferred.push({ kind, text });
    return true;
  }

  /** Another kind of block follows: text that a stop string might have begun is text after all. */
  #releaseText(): void {
    const text = this.#filter.push(this.#stops.flush()) + this.#filter.release();
    if (text !== '') this.#plainText(text);
    this.#blank = '';
  }

  #runaway(where: string): GatewayError {
    const who = upstreamName(this.#context.target);
    const what = `the model wrote endless white space${where === '' ? '' : ` ${where}`}`;
    return new GatewayError('malformed_reply', `${who}: ${what}. Try again, or another model.`);
  }

  /** The next call starts when the one before is complete, or at the end. */
  #advance(toTheEnd: boolean): void {
    for (;;) {
      this.#live ??= this.#startNext(toTheEnd);
      const live = this.#live;
      if (live === null) return;
      if (live.unsent !== '') this.#writer.toolInput(live.unsent);
      live.unsent = '';
      const others = this.#calls.all.some((call) => call.state === 'waiting');
      if (!toTheEnd && !(others && live.mender.complete)) return;
      this.#closeLive();
    }
  }

  /** The first call that waits. At the end, those that never got a name are left out. */
  #startNext(toTheEnd: boolean): ToolCallState | null {
    const waiting = this.#calls.all.filter((call) => call.state === 'waiting');
    const next = toTheEnd ? waiting.find((call) => call.name !== '') : waiting[0];
    if (next === undefined || next.name === '') return null;
    this.#releaseText();
    next.state = 'live';
    const seed = `${this.#context.call.id}:${this.#calls.all.indexOf(next)}`;
    const id = clientToolId(next.upstreamId, seed);
    if (next.signature !== undefined) this.#cargo.addSignature(id, next.signature);
    if (this.#cargo.waiting) this.#writer.openThinking();
    this.#writer.startTool(id, this.#context.tools.clientName(next.name));
    return next;
  }

  #closeLive(): void {
    if (this.#live === null) return;
    const rest = this.#live.mender.end();
    if (rest !== '') this.#writer.toolInput(rest);
    this.#live.state = 'closed';
    this.#live = null;
    this.#writer.closeBlock();
  }
}
