import { GatewayError } from '../../core/errors.ts';
import type { AnthropicEvent, Usage } from '../../core/messages.ts';
import { estimateTokens } from '../estimate-tokens.ts';
import { Cargo } from './cargo.ts';
import type { ReplyContext } from './context.ts';
import { readDelta } from './delta.ts';
import { upstreamName } from '../errors/explain.ts';
import { errorInReply, finishError } from './errors.ts';
import { isObject, nonEmpty, objects, type JsonObject } from '../json.ts';
import { MessageWriter } from './message-writer.ts';
import { overflowError } from '../errors/overflow.ts';
import { ReplyBlocks } from './reply-blocks.ts';
import { SearchResults } from './search-results.ts';
import { readSources, sourceList } from './sources.ts';
import { isFailure, isLength, isWindowFull, stopReason } from './stop-reason.ts';
import { ThinkTagSplitter } from './text-scanner.ts';
import { digest62 } from './tool-ids.ts';
import { anthropicUsage, readUsage } from './usage.ts';

/** Characters of a reply per token, where nobody counted. */
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
  readonly #context: ReplyContext;
  readonly #cargo: Cargo;
  readonly #writer: MessageWriter;
  readonly #blocks: ReplyBlocks;
  readonly #tags: ThinkTagSplitter | null;
  readonly #showThinking: boolean;
  readonly #search: SearchResults | null;
  #finishReason: string | null = null;
  #refused = false;
  #sources = '';
  #stopSequence: string | null = null;
  #sawChoice = false;
  #sawDone = false;
  #finished = false;
  #usage: Usage | null = null;

  constructor(context: ReplyContext) {
    const { call, compat, target, thinking } = context;
    const cargo = new Cargo(target.provider.name, context.model);
    this.#context = context;
    this.#cargo = cargo;
    this.#writer = new MessageWriter({
      id: `msg_${digest62(`${call.id}:message`, 24)}`,
      model: call.model,
      sign: () => cargo.sign(),
    });
    this.#blocks = new ReplyBlocks(context, this.#writer, cargo);
    const searches = context.search !== null && compat.webSearch !== 'none';
    this.#search = searches ? new SearchResults(context, context.search.query, this.#writer) : null;
    this.#tags = compat.thinkTags ? new ThinkTagSplitter() : null;
    // Thinking that the client refused is of use only where the upstream wants it back.
    this.#showThinking = thinking.on || !thinking.refused || compat.reasoningRequired !== 'never';
  }

  /** A whole answer came out. */
  get finished(): boolean {
    return this.#finished;
  }

  /** The upstream said that it is done: what follows may be lost without harm. */
  get complete(): boolean {
    return this.#finishReason !== null || (this.#sawDone && this.#sawChoice);
  }

  /** The upstream has begun an answer, if only with a role. */
  get begun(): boolean {
    return this.#sawChoice;
  }

  /** At least one event came out. */
  get started(): boolean {
    return this.#writer.started;
  }

  /** What the upstream counted. */
  get usage(): Usage | null {
    return this.#usage;
  }

  push(chunk: JsonObject): AnthropicEvent[] {
    if (this.#finished) return [];
    const error = errorInReply(chunk, this.#context);
    if (error !== null) throw error;
    const choices = chunk['choices'];
    const first: unknown = Array.isArray(choices) ? choices[0] : null;
    const choice = isObject(first) ? first : null;
    this.#usage = readUsage(chunk, choice) ?? this.#usage;
    this.#search?.read(chunk, choice);
    // Every chunk repeats the sources; the last ones count.
    if (this.#context.compat.citations && this.#search === null) {
      this.#sources = sourceList(readSources(chunk, choice)) || this.#sources;
    }
    // Of several choices only the first is the answer.
    if (choice === null || (choice['index'] ?? 0) !== 0) return [];
    this.#sawChoice = true;
    const delta = this.#deltaOf(choice);
    if (delta !== null) this.#read(delta);
    if (!this.#finished) this.#readFinish(choice);
    return this.#writer.take();
  }

  /** The opening, where the first event of the answer is late. */
  begin(): AnthropicEvent[] {
    this.#writer.start();
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
    if (!this.complete) {
      const what = this.#sawChoice ? 'before completion' : 'without an answer';
      throw new GatewayError(
        'truncated_reply',
        `${upstreamName(this.#context.target)}: upstream stream ended ${what}.`,
      );
    }
    this.#checkSilentOverflow();
    for (const { kind, text } of this.#tags?.flush() ?? []) this.#piece(kind, text);
    if (!this.#finished) this.#finish();
    return this.#writer.take();
  }

  /** A whole `message` counts only where no deltas came before: some servers repeat it at the end. */
  #deltaOf(choice: JsonObject): JsonObject | null {
    if (isObject(choice['delta'])) return choice['delta'];
    return isObject(choice['message']) && !this.#writer.hasBlocks ? choice['message'] : null;
  }

  /** Reasoning, then text, then tools: one chunk may have all of them. */
  #read(delta: JsonObject): void {
    const { content } = delta;
    // Nearly every chunk of a reply is this one.
    if (typeof content === 'string' && content !== '' && isPlain(delta)) {
      this.#content(content);
      return;
    }
    const parts = readDelta(delta);
    this.#cargo.addDetails(parts.details);
    if (parts.reasoning !== '') {
      this.#cargo.setField(parts.reasoningField);
      this.#piece('thinking', parts.reasoning);
    }
    if (parts.text !== '') this.#content(parts.text);
    if (parts.refusal !== '') {
      this.#refused = true;
      this.#piece('text', parts.refusal);
    }
    for (const call of toolCallsOf(delta)) {
      if (!this.#finished) this.#blocks.tool(call);
    }
  }

  #content(text: string): void {
    if (this.#tags === null) this.#piece('text', text);
    else for (const piece of this.#tags.push(text)) this.#piece(piece.kind, piece.text);
  }

  #piece(kind: 'text' | 'thinking', text: string): void {
    if (this.#finished) return;
    if (kind === 'thinking') {
      if (this.#showThinking) this.#blocks.thinking(text);
      return;
    }
    this.#search?.addText(text);
    const hit = this.#blocks.text(text);
    if (hit === null) return;
    this.#stopSequence = hit;
    this.#finish();
  }

  #readFinish(choice: JsonObject): void {
    const reason = nonEmpty(choice['finish_reason']);
    if (reason === undefined) return;
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
    const usage = this.#usage;
    if (this.#writer.hasBlocks || this.#finishReason === null || !isLength(this.#finishReason))
      return;
    const input =
      usage === null ? 0 : usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    if (isWindowFull(this.#finishReason)) {
      throw overflowError(input === 0 ? {} : { input }, this.#context);
    }
    if (window === undefined || usage === null || usage.outputTokens > 0) return;
    if (input < window * FULL_WINDOW) return;
    throw overflowError({ input, limit: Math.min(window, input - 1) }, this.#context);
  }

  #finish(): void {
    this.#finished = true;
    this.#blocks.flush(this.#endedByItself());
    this.#search?.finish();
    if (this.#sources !== '') this.#writer.text(this.#sources);
    const { hasTools } = this.#blocks;
    const reason = stopReason(this.#finishReason, { hasTools, refused: this.#refused });
    const sequence = reason === 'end_turn' ? this.#stopSequence : null;
    this.#writer.finish(sequence === null ? reason : 'stop_sequence', sequence, {
      ...anthropicUsage(this.#usage ?? this.#estimate()),
      ...this.#search?.usage,
    });
  }

  /** Neither cut off nor refused. */
  #endedByItself(): boolean {
    const reason = stopReason(this.#finishReason, { hasTools: false, refused: this.#refused });
    return reason === 'end_turn' && this.#stopSequence === null;
  }

  /** Zero would make Claude Code lose track of its context. */
  #estimate(): Usage {
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
  for (const key of Object.keys(delta)) {
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
