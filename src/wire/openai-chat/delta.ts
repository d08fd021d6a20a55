import { isObject, nonEmpty, objects, type JsonObject } from '../json.ts';

/** What one `delta` or `message` holds, in the order in which it is to be read. */
export interface DeltaContent {
  readonly reasoning: string;
  /** The field that the reasoning came in. */
  readonly reasoningField: string;
  readonly details: readonly JsonObject[];
  readonly text: string;
  readonly refusal: string;
}

const REASONING_FIELDS = ['reasoning_content', 'reasoning', 'reasoning_text'] as const;

/** Reads text and reasoning; of several copies of the reasoning only the first field counts. */
export function readDelta(delta: JsonObject): DeltaContent {
  const details = objects(delta['reasoning_details']);
  const parts = Array.isArray(delta['content']) ? readParts(delta['content']) : null;
  let reasoning = parts?.reasoning ?? '';
  let reasoningField = 'content';
  for (const field of REASONING_FIELDS) {
    const value = delta[field];
    if (reasoning !== '' || typeof value !== 'string' || value === '') continue;
    reasoning = value;
    reasoningField = field;
  }
  if (reasoning === '' && details.length > 0) {
    reasoningField = 'reasoning_details';
    for (const one of details) reasoning += nonEmpty(one['text']) ?? nonEmpty(one['summary']) ?? '';
  }
  return {
    reasoning,
    reasoningField,
    details,
    text: parts?.text ?? nonEmpty(delta['content']) ?? '',
    refusal: (nonEmpty(delta['refusal']) ?? '') + (parts?.refusal ?? ''),
  };
}

/** Content as a list of parts: Mistral's thinking, OpenAI's refusals, output text. */
function readParts(content: readonly unknown[]): {
  text: string;
  refusal: string;
  reasoning: string;
} {
  const result = { text: '', refusal: '', reasoning: '' };
  for (const part of content) {
    if (typeof part === 'string') result.text += part;
    if (!isObject(part)) continue;
    switch (part['type']) {
      case 'refusal':
        result.refusal += nonEmpty(part['refusal']) ?? '';
        break;
      case 'thinking':
      case 'reasoning':
        result.reasoning += reasoningText(part['thinking'] ?? part['reasoning'] ?? part['text']);
        break;
      default:
        result.text += nonEmpty(part['text']) ?? '';
    }
  }
  return result;
}

function reasoningText(value: unknown): string {
  if (typeof value === 'string') return value;
  return objects(value)
    .map((part) => nonEmpty(part['text']) ?? '')
    .join('');
}

/**
 * Adds streamed `reasoning_details` to those so far: pieces of one text or summary are joined,
 * encrypted entries stay apart, since they must come back unchanged (OpenRouter, reasoning guide).
 */
export function mergeDetails(all: Record<string, unknown>[], more: readonly JsonObject[]): void {
  for (const entry of more) {
    const last = all.at(-1);
    const key = entry['type'] === 'reasoning.summary' ? 'summary' : 'text';
    const continues =
      last !== undefined &&
      last['type'] === entry['type'] &&
      last['index'] === entry['index'] &&
      entry['type'] !== 'reasoning.encrypted';
    if (!continues) {
      all.push({ ...entry });
      continue;
    }
    const joined = (nonEmpty(last[key]) ?? '') + (nonEmpty(entry[key]) ?? '');
    for (const [name, value] of Object.entries(entry)) {
      if (value !== null && value !== undefined) last[name] = value;
    }
    last[key] = joined;
  }
}
