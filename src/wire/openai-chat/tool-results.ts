import type { ChatMessage, ContentPart } from './chat.ts';
import { flattened } from '../flattened.ts';
import { contentParts } from './content.ts';
import type { EncodeContext } from './context.ts';
import { asText, nonEmpty, objects, type JsonObject } from '../json.ts';
import type { CallIds } from './messages.ts';

/** The results that one assistant message's calls wait for. */
export class ToolResults {
  /** Upstream ids by client id, in order: two calls may have the same client id. */
  readonly #open = new Map<string, string[]>();
  readonly #context: EncodeContext;
  readonly #images: ContentPart[] = [];

  constructor(calls: readonly CallIds[], context: EncodeContext) {
    this.#context = context;
    for (const { clientId, upstreamId } of calls) {
      const waiting = this.#open.get(clientId);
      if (waiting === undefined) this.#open.set(clientId, [upstreamId]);
      else waiting.push(upstreamId);
    }
  }

  /**
   * Adds the result as a tool message. A result that no call waits for is returned as the user's
   * text, since OpenAI rejects a tool message without a call.
   */
  take(block: JsonObject, messages: ChatMessage[]): ContentPart[] | null {
    const clientId = asText(block['tool_use_id']);
    const upstreamId = this.#open.get(clientId)?.shift();
    const { text, images } = resultContent(block, this.#context);
    if (upstreamId === undefined) {
      return [{ type: 'text', text: `[tool result ${clientId}] ${text}` }, ...images];
    }
    messages.push({ role: 'tool', tool_call_id: upstreamId, content: text });
    if (images.length > 0) {
      this.#images.push(
        { type: 'text', text: `Attached ${kindOf(images)}(s) from tool result ${upstreamId}:` },
        ...images,
      );
    }
    return null;
  }

  /** Answers the calls that nothing answered: the turn was interrupted. */
  addMissing(messages: ChatMessage[]): void {
    for (const upstreamIds of this.#open.values()) {
      for (const id of upstreamIds.splice(0)) {
        messages.push({ role: 'tool', tool_call_id: id, content: '[no result: interrupted]' });
      }
    }
  }

  /** Images of all results, for the user message behind them: tool messages have only text. */
  images(): readonly ContentPart[] {
    return this.#images;
  }
}

/** A result's text and, apart from it, what a tool message can't hold. */
function resultContent(
  block: JsonObject,
  context: EncodeContext,
): { text: string; images: ContentPart[] } {
  const { content } = block;
  const texts: string[] = [];
  const images: ContentPart[] = [];
  if (typeof content === 'string') texts.push(content);
  for (const part of objects(content)) {
    const plain = part['type'] === 'text' ? nonEmpty(part['text']) : undefined;
    if (plain !== undefined) texts.push(plain);
    else if (part['type'] === 'tool_reference') texts.push(flattened(part));
    else {
      for (const converted of contentParts(part, context)) {
        if (converted.type === 'text') texts.push(converted.text);
        else images.push(converted);
      }
    }
  }
  const joined = texts.join('\n');
  const empty = images.length > 0 ? `(see attached ${kindOf(images)})` : '(no output)';
  const text = joined.trim() === '' ? empty : joined;
  return { text: block['is_error'] === true ? `Error: ${text}` : text, images };
}

function kindOf(attached: readonly ContentPart[]): 'image' | 'file' {
  return attached.every(({ type }) => type === 'image_url') ? 'image' : 'file';
}
