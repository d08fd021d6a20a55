import type { ChatMessage, ContentPart } from './chat.ts';
import { flattened } from '../flattened.ts';
import { contentParts } from './content.ts';
import type { EncodeContext } from './context.ts';
import { asText, nonEmpty, objects, type JsonObject } from '../json.ts';
import type { CallIds } from './messages.ts';

interface Waiting extends CallIds {
  result: { readonly text: string; readonly images: ContentPart[] } | null;
}

/**
 * The results that one assistant message's calls wait for. They go out in the order of the calls:
 * Claude Code sends them as they come, and the templates of many open models drop the ids.
 */
export class ToolResults {
  readonly #context: EncodeContext;
  #waiting: Waiting[];

  constructor(calls: readonly CallIds[], context: EncodeContext) {
    this.#context = context;
    this.#waiting = calls.map(({ clientId, upstreamId }) => ({
      clientId,
      upstreamId,
      result: null,
    }));
  }

  /**
   * Takes a result. One that no call waits for is returned as the user's text, since OpenAI rejects
   * a tool message without a call.
   */
  take(block: JsonObject): ContentPart[] | null {
    const clientId = asText(block['tool_use_id']);
    const result = resultContent(block, this.#context);
    // Two calls may have the same client id.
    const call = this.#waiting.find((one) => one.clientId === clientId && one.result === null);
    if (call === undefined) {
      return [{ type: 'text', text: `[tool result ${clientId}] ${result.text}` }, ...result.images];
    }
    call.result = result;
    return null;
  }

  /**
   * Writes a tool message for each call, also where the turn was interrupted before its result.
   *
   * @returns images, for the user message behind them: tool messages have only text.
   */
  write(messages: ChatMessage[]): ContentPart[] {
    const images: ContentPart[] = [];
    for (const { upstreamId, result } of this.#waiting) {
      const content = result?.text ?? '[no result: interrupted]';
      messages.push({ role: 'tool', tool_call_id: upstreamId, content });
      if (result === null || result.images.length === 0) continue;
      const kind = kindOf(result.images);
      images.push(
        { type: 'text', text: `Attached ${kind}(s) from tool result ${upstreamId}:` },
        ...result.images,
      );
    }
    this.#waiting = [];
    return images;
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
