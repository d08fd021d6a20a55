import { GatewayError } from '../../core/errors.ts';
import type { AnthropicEvent } from '../../core/messages.ts';
import { estimateTokens } from '../estimate-tokens.ts';
import { isCompleteObject } from './arguments.ts';
import { citationText } from './citations.ts';
import type { EncodeContext } from './context.ts';
import { mergeDetails, readDelta, type DeltaContent } from './delta.ts';
import { errorInReply, finishError, upstreamName } from './errors.ts';
import { isObject, nonEmpty, objects, type JsonObject } from './json.ts';
import { MessageWriter } from './message-writer.ts';
import { overflowError } from './overflow.ts';
import { encodeCarrier } from './reasoning.ts';
import { isFailure, isLength, stopReason } from './stop-reason.ts';
import { StopScanner, ThinkTagSplitter, type TextPiece } from './text-scanner.ts';
import { ToolCalls, isRunaway, type ToolCallState } from './tool-calls.ts';
import { clientToolId, digest62 } from './tool-ids.ts';
import { anthropicUsage, readUsage, type ReplyUsage } from './usage.ts';

/** UTF-8 bytes of text per token, for replies that nobody counted. */
const CHARS_PER_TOKEN = 3.6;

/** A prompt this near to the window, with no output at all, did not fit. */
const FULL_WINDOW = 0.95;

/**
 * Chunks of chat completions in, Anthropic events out; a whole completion is one chunk. Pure: what
 * it gives depends on the chunks alone, however the bytes were cut.
 *
 * Every method that reads a chunk throws a GatewayError where the upstream reports a failure.
 */
export class ReplyMachine {
  readonly #context: EncodeContext;
  readonly #writer: MessageWriter;
  readonly #calls = new ToolCalls();
  readonly #stops: StopScanner;
  readonly #tags: ThinkTagSplitter | null;
  readonly #showThinking: boolean;
  #live: ToolCallState | null = null;
  /** White space that may turn out to stand between reasoning and tools only. */
  #blank = '';
  /** Text that came while a call's arguments were incomplete. */
  #deferred: TextPiece[] = [];
  #reasoningField: string | undefined;
  #details: Record<string, unknown>[] = [];
  #signatures: Record<string, string> = {};
  #finishReason: string | null = null;
  #refused = false;
  #sources = '';
  #stopSequence: string | null = null;
  #sawChoice = false;
  #sawDone = false;
  #finished = false;
  usage: ReplyUsage | null = null;

  constructor(context: EncodeContext, stopHere: readonly string[]) {
    this.#context = context;
    this.#stops = new StopScanner(stopHere);
    this.#tags = context.compat.thinkTags ? new ThinkTagSplitter() : null;
    const { thinking, compat } = context;
    this.#showThinking = thinking.on || !thinking.refused || compat.reasoningRequired;
    this.#writer = new MessageWriter({
      id: `msg_${digest62(`${context.call.id}:message`, 24)}`,
      model: context.call.model,
      sign: () => this.#sign(),
    });
  }

  /** A whole answer came out. */
  get finished(): boolean {
    return this.#finished;
  }

  /** The upstream said that it is done: what follows may be lost without harm. */
  get complete(): boolean {
    return this.#finishReason !== null || this.#sawDone;
  }

  /** At least one event came out. */
  get started(): boolean {
    return this.#writer.started;
  }

  push(chunk: JsonObject): AnthropicEvent[] {
    if (this.#finished) return [];
    const error = errorInReply(chunk, this.#context);
    if (error !== null) throw error;
    const choices = chunk['choices'];
    const first: unknown = Array.isArray(choices) ? choices[0] : null;
    const choice = isObject(first) ? first : null;
    this.usage = readUsage(chunk, choice) ?? this.usage;
    if (this.#context.compat.citations) this.#sources = citationText(chunk) || this.#sources;
    // Of several choices only the first is the answer.
    if (choice === null || (choice['index'] ?? 0) !== 0) return [];
    this.#sawChoice = true;
    const delta = this.#deltaOf(choice);
    if (delta !== null) this.#read(delta);
    this.#finishChoice(choice);
    return this.#writer.take();
  }

  /** `[DONE]` came. */
  done(): AnthropicEvent[] {
    this.#sawDone = true;
    return this.#sawChoice ? this.end() : [];
  }

  /** The upstream's stream ended. */
  end(): AnthropicEvent[] {
    if (this.#finished) return [];
    if (!this.#sawChoice || !this.complete) {
      const what = this.#sawChoice
        ? 'upstream stream ended before completion'
        : 'upstream stream ended without an answer';
      throw new GatewayError('truncated_reply', `${upstreamName(this.#context.target)}: ${what}.`);
    }
    this.#checkSilentOverflow();
    this.#flush();
    this.#finish();
    return this.#writer.take();
  }

  /** A whole `message` counts only where no deltas came before: some servers repeat it at the end. */
  #deltaOf(choice: JsonObject): JsonObject | null {
    if (isObject(choice['delta'])) return choice['delta'];
    return isObject(choice['message']) && !this.#writer.started ? choice['message'] : null;
  }

  #read(delta: JsonObject): void {
    const { content } = delta;
    // Nearly every chunk of a reply is this one.
    if (typeof content === 'string' && content !== '' && isPlain(delta)) {
      this.#content(content);
      return;
    }
    const parts = readDelta(delta);
    this.#reasoning(parts);
    if (parts.text !== '') this.#content(parts.text);
    if (parts.refusal !== '') {
      this.#refused = true;
      this.#text(parts.refusal);
    }
    for (const call of toolCallsOf(delta)) this.#toolCall(call);
  }

  #reasoning({ reasoning, reasoningField, details }: DeltaContent): void {
    if (details.length > 0) mergeDetails(this.#details, details);
    if (reasoning === '') return;
    this.#reasoningField = reasoningField;
    this.#thinking(reasoning);
  }

  #content(text: string): void {
    if (this.#tags === null) {
      this.#text(text);
      return;
    }
    for (const piece of this.#tags.push(text)) this.#piece(piece);
  }

  #piece(piece: TextPiece): void {
    if (piece.kind === 'text') this.#text(piece.text);
    else this.#thinking(piece.text);
  }

  #thinking(text: string): void {
    if (text === '' || !this.#showThinking || this.#defer('thinking', text)) return;
    this.#releaseText();
    this.#writer.thinking(text);
  }

  #text(piece: string): void {
    const { text, hit } = this.#stops.push(piece);
    if (text !== '') this.#plainText(text);
    if (hit === null) return;
    this.#stopSequence = hit;
    this.#flush();
    this.#finish();
  }

  #plainText(piece: string): void {
    if (this.#writer.open !== 'text') {
      this.#blank += piece;
      if (this.#blank.trim() === '') return;
    }
    const text = this.#writer.open === 'text' ? piece : this.#blank;
    this.#blank = '';
    if (!this.#defer('text', text)) this.#writer.text(text);
  }

  /** A block of another kind can't be opened inside of a call that is still incomplete. */
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

  #toolCall(delta: JsonObject): void {
    const call = this.#calls.add(delta);
    if (isRunaway(call)) {
      throw new GatewayError(
        'malformed_reply',
        `${upstreamName(this.#context.target)}: the model wrote endless white space into a tool call.`,
      );
    }
    this.#advance(false);
  }

  /**
   * Writes what can be written of the calls, one after the other: the next one starts when the one
   * before is complete, or at the end.
   */
  #advance(toTheEnd: boolean): void {
    for (;;) {
      if (this.#live === null) {
        const next = this.#calls.all.find((call) => call.state === 'waiting');
        if (next === undefined) return;
        if (next.name === '') {
          if (!toTheEnd) return;
          // A call that never got a name can't be made.
          next.state = 'closed';
          continue;
        }
        this.#startTool(next);
      }
      const live = this.#live;
      if (live === null) return;
      if (live.unsent !== '') this.#writer.toolInput(live.unsent);
      live.unsent = '';
      const others = this.#calls.all.some((call) => call.state === 'waiting');
      if (!toTheEnd && !(others && isCompleteObject(live.args))) return;
      this.#closeLive();
    }
  }

  #startTool(call: ToolCallState): void {
    this.#releaseText();
    call.state = 'live';
    this.#live = call;
    const position = this.#calls.all.indexOf(call);
    const id = clientToolId(call.upstreamId, `${this.#context.call.id}:${position}`);
    if (call.signature !== undefined) this.#signatures[id] = call.signature;
    if (this.#hasCargo()) this.#writer.openThinking();
    this.#writer.startTool(id, this.#context.names.toClient(call.name));
  }

  #closeLive(): void {
    if (this.#live === null) return;
    this.#live.state = 'closed';
    this.#live = null;
    this.#writer.closeBlock();
  }

  #hasCargo(): boolean {
    return this.#details.length > 0 || Object.keys(this.#signatures).length > 0;
  }

  #sign(): string {
    const cargo = { details: this.#details, signatures: this.#signatures };
    this.#details = [];
    this.#signatures = {};
    return encodeCarrier({
      p: this.#context.target.provider.name,
      m: this.#context.model,
      ...(this.#reasoningField === undefined ? {} : { f: this.#reasoningField }),
      ...(cargo.details.length > 0 ? { d: cargo.details } : {}),
      ...(Object.keys(cargo.signatures).length > 0 ? { g: cargo.signatures } : {}),
    });
  }

  #finishChoice(choice: JsonObject): void {
    const reason = nonEmpty(choice['finish_reason']);
    if (reason === undefined || this.#finished) return;
    if (isFailure(reason)) throw finishError(reason, choice, this.#context);
    this.#finishReason ??= reason;
    // vLLM names the stop string that ended the text.
    const stop = choice['stop_reason'];
    const asked = this.#context.request['stop_sequences'];
    if (typeof stop === 'string' && Array.isArray(asked) && asked.includes(stop)) {
      this.#stopSequence = stop;
    }
  }

  /** Some servers answer a prompt that is too long with nothing and `length`. */
  #checkSilentOverflow(): void {
    const window = this.#context.target.facts.contextWindow;
    const usage = this.usage;
    if (this.#writer.started || this.#finishReason === null || !isLength(this.#finishReason))
      return;
    if (window === undefined || usage === null || usage.outputTokens > 0) return;
    const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    if (prompt < window * FULL_WINDOW) return;
    throw overflowError({ input: prompt, limit: Math.min(window, prompt - 1) }, this.#context);
  }

  #flush(): void {
    for (const piece of this.#tags?.flush() ?? []) this.#piece(piece);
    this.#releaseText();
    this.#advance(true);
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const { kind, text } of deferred) {
      if (kind === 'text') this.#writer.text(text);
      else this.#writer.thinking(text);
    }
    if (this.#sources !== '' && this.#stopSequence === null) this.#writer.text(this.#sources);
    if (this.#hasCargo()) this.#writer.openThinking();
  }

  #finish(): void {
    const hasTools = this.#calls.all.some((call) => call.name !== '');
    const reason = stopReason(this.#finishReason, { hasTools, refused: this.#refused });
    const stopped = this.#stopSequence !== null && reason === 'end_turn';
    this.#writer.finish(
      stopped ? 'stop_sequence' : reason,
      stopped ? this.#stopSequence : null,
      anthropicUsage(this.usage ?? this.#estimate()),
    );
    this.#finished = true;
  }

  /** Zero would make Claude Code lose track of its context. */
  #estimate(): ReplyUsage {
    return {
      inputTokens: estimateTokens(this.#context.call.json()),
      outputTokens: Math.ceil(this.#writer.outputChars / CHARS_PER_TOKEN),
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
    };
  }
}

/** A delta with content and at most a role. */
function isPlain(delta: JsonObject): boolean {
  for (const key in delta) {
    if (key !== 'content' && key !== 'role' && delta[key] !== null) return false;
  }
  return true;
}

/** `tool_calls`, or the one call in the form that came before them. */
function toolCallsOf(delta: JsonObject): JsonObject[] {
  const calls = objects(delta['tool_calls']);
  const legacy = delta['function_call'];
  return calls.length === 0 && isObject(legacy) ? [{ index: 0, function: legacy }] : calls;
}
