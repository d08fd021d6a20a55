import { GatewayError } from '../../core/errors.ts';
import { isCompleteObject } from './arguments.ts';
import type { Cargo } from './cargo.ts';
import type { EncodeContext } from './context.ts';
import { upstreamName } from '../errors/explain.ts';
import type { JsonObject } from '../json.ts';
import type { MessageWriter } from './message-writer.ts';
import { StopScanner, type TextPiece } from './text-scanner.ts';
import { ToolCalls, isRunaway, type ToolCallState } from './tool-calls.ts';
import { clientToolId } from './tool-ids.ts';

/**
 * Puts text, thinking and tool calls, which an upstream may mix as it likes, into blocks one after
 * the other. A call whose arguments are incomplete keeps its block open; what else comes meanwhile
 * waits until the end, other calls in the order in which they were first seen.
 */
export class ReplyBlocks {
  readonly #context: EncodeContext;
  readonly #writer: MessageWriter;
  readonly #cargo: Cargo;
  readonly #stops: StopScanner;
  readonly #calls = new ToolCalls();
  #live: ToolCallState | null = null;
  /** White space that may turn out to stand between reasoning and tools only. */
  #blank = '';
  #deferred: TextPiece[] = [];

  constructor(
    context: EncodeContext,
    writer: MessageWriter,
    cargo: Cargo,
    stopHere: readonly string[],
  ) {
    this.#context = context;
    this.#writer = writer;
    this.#cargo = cargo;
    this.#stops = new StopScanner(stopHere);
  }

  /** Whether a call was made that has a name. */
  get hasTools(): boolean {
    return this.#calls.all.some((call) => call.name !== '');
  }

  /** Returns the stop string that ends the reply here, if one came. */
  text(piece: string): string | null {
    const { text, hit } = this.#stops.push(piece);
    if (text !== '') this.#plainText(text);
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
      throw new GatewayError(
        'malformed_reply',
        `${upstreamName(this.#context.target)}: the model wrote endless white space into a tool call.`,
      );
    }
    this.#advance(false);
  }

  /** Writes all that was held back. */
  flush(): void {
    this.#releaseText();
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
    if (isCompleteObject(this.#live.args)) {
      this.#closeLive();
      return false;
    }
    this.#deferred.push({ kind, text });
    return true;
  }

  /** Another kind of block follows: text that a stop string might have begun is text after all. */
  #releaseText(): void {
    const held = this.#stops.flush();
    if (held !== '') this.#plainText(held);
    this.#blank = '';
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
      if (!toTheEnd && !(others && isCompleteObject(live.args))) return;
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
    this.#writer.startTool(id, this.#context.names.toClient(next.name));
    return next;
  }

  #closeLive(): void {
    if (this.#live === null) return;
    this.#live.state = 'closed';
    this.#live = null;
    this.#writer.closeBlock();
  }
}
