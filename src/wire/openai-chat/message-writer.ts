import type { AnthropicEvent } from '../../core/messages.ts';
import type { StopReason } from './stop-reason.ts';

type BlockKind = 'text' | 'thinking' | 'tool_use' | 'other';

export interface WriterOptions {
  readonly id: string;
  /** The name that the client asked for. */
  readonly model: string;
  /** What a thinking block that ends now carries as its signature. */
  readonly sign: () => string;
}

/**
 * Writes Anthropic's event grammar: one `message_start`, blocks one after the other with indices
 * from 0, each with one start and one stop and no delta outside, then one `message_delta` and one
 * `message_stop`. Whatever its user does, the order can't be broken.
 */
export class MessageWriter {
  readonly #options: WriterOptions;
  #events: AnthropicEvent[] = [];
  #started = false;
  #open: BlockKind | null = null;
  #index = -1;
  #outputChars = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** The kind of the block that is open. */
  get open(): BlockKind | null {
    return this.#open;
  }

  /** Whether any event was written. */
  get started(): boolean {
    return this.#started;
  }

  /** Whether anything of the answer itself was written. */
  get hasBlocks(): boolean {
    return this.#index >= 0;
  }

  /** Characters of all deltas, for an estimate where the upstream counts nothing. */
  get outputChars(): number {
    return this.#outputChars;
  }

  /** The events since the last call. */
  take(): AnthropicEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  text(text: string): void {
    if (this.#open !== 'text') this.#startBlock('text', { type: 'text', text: '' });
    this.#delta({ type: 'text_delta', text }, text.length);
  }

  thinking(thinking: string): void {
    this.openThinking();
    this.#delta({ type: 'thinking_delta', thinking }, thinking.length);
  }

  /** A thinking block without text can carry a signature too. */
  openThinking(): void {
    if (this.#open === 'thinking') return;
    this.#startBlock('thinking', { type: 'thinking', thinking: '', signature: '' });
  }

  startTool(id: string, name: string): void {
    this.#startBlock('tool_use', { type: 'tool_use', id, name, input: {} });
  }

  toolInput(partialJSON: string): void {
    this.#delta({ type: 'input_json_delta', partial_json: partialJSON }, partialJSON.length);
  }

  /** A tool that ran at the vendor. */
  serverTool(id: string, name: string, input: Record<string, unknown>): void {
    this.#startBlock('other', { type: 'server_tool_use', id, name, input: {} });
    this.#delta({ type: 'input_json_delta', partial_json: JSON.stringify(input) }, 0);
    this.closeBlock();
  }

  /** A block that comes as one. */
  whole(block: Record<string, unknown>): void {
    this.#startBlock('other', block);
    this.closeBlock();
  }

  closeBlock(): void {
    if (this.#open === null) return;
    if (this.#open === 'thinking') {
      this.#delta({ type: 'signature_delta', signature: this.#options.sign() }, 0);
    }
    this.#emit({ type: 'content_block_stop', index: this.#index });
    this.#open = null;
  }

  finish(reason: StopReason, sequence: string | null, usage: Record<string, unknown>): void {
    this.start();
    this.closeBlock();
    this.#emit({
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: sequence },
      usage,
    });
    this.#emit({ type: 'message_stop' });
  }

  /** `message_start`, once. Its counts are zero: the real ones come with `message_delta`. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#emit({
      type: 'message_start',
      message: {
        id: this.#options.id,
        type: 'message',
        role: 'assistant',
        model: this.#options.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        usage: {
          input_tokens: 0,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
          output_tokens: 0,
        },
      },
    });
    this.#emit({ type: 'ping' });
  }

  #startBlock(kind: BlockKind, block: Record<string, unknown>): void {
    this.start();
    this.closeBlock();
    this.#open = kind;
    this.#index += 1;
    this.#emit({ type: 'content_block_start', index: this.#index, content_block: block });
  }

  #delta(delta: Record<string, unknown>, chars: number): void {
    this.#outputChars += chars;
    this.#emit({ type: 'content_block_delta', index: this.#index, delta });
  }

  /** The SDK's event types have members of Anthropic's own features, which never occur here. */
  #emit(event: Record<string, unknown>): void {
    this.#events.push(event as unknown as AnthropicEvent);
  }
}
