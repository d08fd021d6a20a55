import type { OpenAiChatCompat } from '../../providers/spec.ts';
import type { AssistantMessage } from './chat.ts';
import { decodeCarrier } from '../carrier.ts';
import { asObject, isShallow, nonEmpty, type JsonObject } from '../json.ts';

/** Stands in for reasoning that was lost, where the vendor insists on some. */
const LOST_REASONING = '(reasoning not available)';

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
    // The client may have changed it: nested deeply, it would block its serialisation.
    if (isShallow(carrier.d)) for (const one of carrier.d ?? []) details.push(one);
    for (const [id, value] of Object.entries(asObject(carrier.g))) {
      if (typeof value === 'string') signatures.set(id, value);
    }
  }
  return { text, details, signatures };
}

/** Gives earlier reasoning back in the vendor's field, where it takes any. */
export function replayReasoning(
  message: AssistantMessage,
  reasoning: EarlierReasoning,
  compat: OpenAiChatCompat,
): void {
  const required =
    compat.reasoningRequired === 'all' ||
    (compat.reasoningRequired === 'tool-calls' && message.tool_calls !== undefined);
  const text = reasoning.text || (required ? LOST_REASONING : '');
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
