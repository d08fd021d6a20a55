import type { AnthropicRequest } from '../../core/messages.ts';
import type { Target } from '../../providers/target.ts';
import { asObject, isObject, isShallow, nonEmpty, objects, type JsonObject } from '../json.ts';
import { imageTokens, MAX_IMAGE_TOKENS } from './image-tokens.ts';
import { documentTokens } from './document-tokens.ts';
import type { CountText } from './text-tokens.ts';

const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_TOOL = 12;
/** A short text stands in for what a model can't see. */
const PLACEHOLDER_TOKENS = 12;

/** What of a request reaches the model at all. */
export interface SeenParts {
  /** Thinking of earlier turns. */
  readonly thinking: boolean;
  readonly images: boolean;
  /** PDF files as they are; else their text. */
  readonly pdf: boolean;
}

const ALL_PARTS: SeenParts = { thinking: true, images: true, pdf: true };

/** What a target's wire format sends, and its model sees. */
export function seenParts({ compat, facts, wire }: Target): SeenParts {
  const translated = wire !== 'anthropic-messages';
  return {
    thinking: !translated || compat.reasoningReplay !== 'never',
    images: facts.vision !== false,
    pdf: translated ? compat.pdf !== 'none' : compat.documents,
  };
}

/**
 * The tokens of a request's input: system, tools and messages, images and files by their size. How
 * text counts is up to `count`. Tools whose loading is deferred, and that no tool search brought in,
 * are in no prompt.
 *
 * @returns at least 1: Claude Code takes 0 for a fact and then never compacts.
 */
export function requestTokens(
  request: AnthropicRequest,
  count: CountText,
  seen: SeenParts = ALL_PARTS,
): number {
  const { system, tools, messages } = request as JsonObject;
  const meter = new Meter(count, seen);
  meter.add(typeof system === 'string' ? system : systemBlocks(system));
  if (Array.isArray(messages)) {
    for (const message of messages as unknown[]) {
      meter.total += TOKENS_PER_MESSAGE;
      meter.add(asObject(message)['content']);
    }
  }
  for (const tool of objects(tools)) {
    const deferred = tool['defer_loading'] === true;
    if (!deferred || meter.referenced.has(nonEmpty(tool['name']) ?? '')) meter.addTool(tool);
  }
  return Math.max(1, Math.ceil(meter.total));
}

/** Only Anthropic reads the client's attribution line, and takes it out of the prompt. */
function systemBlocks(system: unknown): unknown[] {
  const blocks = Array.isArray(system) ? (system as unknown[]) : [];
  const first = nonEmpty(asObject(blocks[0])['text']) ?? '';
  return /^x-anthropic-billing-header:[^\n]*$/.test(first) ? blocks.slice(1) : blocks;
}

/** Fields of a block that no model reads as text. */
const UNSEEN: ReadonlySet<string> = new Set([
  'cache_control',
  'signature',
  'tool_use_id',
  'id',
  'type',
  'is_error',
]);

class Meter {
  total = 0;
  /** Tools that a tool search's result names. */
  readonly referenced = new Set<string>();
  readonly #count: CountText;
  readonly #seen: SeenParts;

  constructor(count: CountText, seen: SeenParts) {
    this.#count = count;
    this.#seen = seen;
  }

  addTool(tool: JsonObject): void {
    const { name, description, input_schema: schema } = tool;
    this.total += TOKENS_PER_TOOL;
    this.#text(nonEmpty(name) ?? '');
    this.#text(nonEmpty(description) ?? '');
    if (schema !== undefined) this.#json(schema);
  }

  /** Content of any depth, without recursion: a deeply nested body can't exhaust the stack. */
  add(content: unknown): void {
    const pending: unknown[] = [content];
    while (pending.length > 0) {
      const value = pending.pop();
      if (typeof value === 'string') this.#text(value);
      else if (Array.isArray(value)) for (const inner of value as unknown[]) pending.push(inner);
      else if (isObject(value)) this.#block(value, pending);
      else if (value !== undefined && value !== null) this.total += 1;
    }
  }

  #block(block: JsonObject, pending: unknown[]): void {
    const source = asObject(block['source']);
    switch (block['type']) {
      case 'text':
        this.add(block['text']);
        return;
      case 'thinking':
      case 'redacted_thinking':
        if (this.#seen.thinking) this.#text(nonEmpty(block['thinking']) ?? '');
        return;
      case 'image':
        this.total += this.#seen.images ? imageBlock(source) : PLACEHOLDER_TOKENS;
        return;
      case 'tool_use':
      case 'server_tool_use':
        this.#text(nonEmpty(block['name']) ?? '');
        this.#json(block['input']);
        return;
      case 'tool_reference':
        this.referenced.add(nonEmpty(block['tool_name']) ?? '');
        break;
      case 'document':
        if (source['type'] !== 'base64') pending.push(...documentTexts(block, source));
        else this.total += documentTokens(source['data'], !this.#seen.pdf);
        return;
      default:
    }
    for (const [key, inner] of Object.entries(block)) {
      if (!UNSEEN.has(key)) pending.push(inner);
    }
  }

  #json(value: unknown): void {
    if (isShallow(value)) this.#text(JSON.stringify(value ?? {}));
    else this.add(value);
  }

  #text(text: string): void {
    if (text !== '') this.total += this.#count(text);
  }
}

/** A document in plain text or as blocks, with what stands above it. */
function documentTexts(block: JsonObject, source: JsonObject): unknown[] {
  return [block['title'], block['context'], source['data'], source['content']];
}

function imageBlock({ data }: JsonObject): number {
  return typeof data === 'string' ? imageTokens(data) : MAX_IMAGE_TOKENS;
}
