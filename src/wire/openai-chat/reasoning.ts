import type { OpenAiChatCompat } from '../../providers/spec.ts';
import type { AssistantMessage } from './chat.ts';
import { asObject, isObject, nonEmpty, wellFormed, type JsonObject } from '../json.ts';

const PREFIX = 'ccp1.';

/** Stands in for reasoning that was lost, where the vendor insists on some. */
const LOST_REASONING = '(reasoning not available)';

/**
 * What a thinking block's signature carries. Claude Code keeps text and signature and sends both
 * back unchanged, which makes it the place for what an upstream wants to see again.
 */
export interface Carrier {
  /** Provider and model that thought. */
  readonly p: string;
  readonly m: string;
  /** The field that the text came in; absent where there was none. */
  readonly f?: string;
  /** OpenRouter's `reasoning_details`, whole. */
  readonly d?: readonly unknown[];
  /** Google's thought signatures by the client's tool call id. */
  readonly g?: Readonly<Record<string, string>>;
}

export function encodeCarrier(carrier: Carrier): string {
  return PREFIX + Buffer.from(JSON.stringify(carrier), 'utf8').toString('base64url');
}

/** `null` for any other signature, such as one of Anthropic's own. */
export function decodeCarrier(signature: unknown): Carrier | null {
  if (typeof signature !== 'string' || !signature.startsWith(PREFIX)) return null;
  try {
    const value: unknown = JSON.parse(
      Buffer.from(signature.slice(PREFIX.length), 'base64url').toString('utf8'),
    );
    if (!isObject(value)) return null;
    return {
      p: nonEmpty(value['p']) ?? '',
      m: nonEmpty(value['m']) ?? '',
      ...(Array.isArray(value['d']) ? { d: value['d'] as unknown[] } : {}),
      ...(isObject(value['g']) ? { g: value['g'] as Record<string, string> } : {}),
    };
  } catch {
    return null;
  }
}

/** Earlier thinking of one assistant turn. */
export interface EarlierReasoning {
  readonly text: string;
  readonly details: readonly unknown[];
  readonly signatures: ReadonlyMap<string, string>;
}

/** Reads the thinking blocks of a turn; opaque data goes back to where it came from only. */
export function readReasoning(blocks: readonly JsonObject[], provider: string): EarlierReasoning {
  let text = '';
  const details: unknown[] = [];
  const signatures = new Map<string, string>();
  for (const block of blocks) {
    if (block['type'] !== 'thinking') continue;
    text += nonEmpty(block['thinking']) ?? '';
    const carrier = decodeCarrier(block['signature']);
    if (carrier === null || carrier.p !== provider) continue;
    details.push(...(carrier.d ?? []));
    for (const [id, value] of Object.entries(asObject(carrier.g))) {
      if (typeof value === 'string') signatures.set(id, value);
    }
  }
  return { text: wellFormed(text), details, signatures };
}

/** Gives earlier reasoning back in the vendor's field, where it takes any. */
export function replayReasoning(
  message: AssistantMessage,
  reasoning: EarlierReasoning,
  compat: OpenAiChatCompat,
): void {
  const hasTools = message.tool_calls !== undefined;
  const standIn = compat.reasoningRequired && hasTools ? LOST_REASONING : '';
  const text = reasoning.text || standIn;
  switch (compat.reasoningReplay) {
    case 'never':
      return;
    case 'reasoning_content':
      if (text !== '') message.reasoning_content = text;
      return;
    case 'reasoning':
      if (text !== '') message.reasoning = text;
      return;
    case 'reasoning_details':
      if (reasoning.details.length > 0) message.reasoning_details = [...reasoning.details];
      else if (text !== '') message.reasoning = text;
      return;
  }
}
