import { memberOf } from '../core/body-scan.ts';
import type { Call } from '../core/call.ts';
import { asBuffer, mentions } from '../lib/bytes.ts';
import type { Target } from '../providers/target.ts';
import type { TokenCounter } from '../tokens/counter.ts';
import { objects, type JsonObject } from '../wire/json.ts';
import type { Traits } from './scenario.ts';

/** How many bytes of a request's body make a token, at least and at most, in any language. */
const BYTES_PER_TOKEN = { least: 1.5, most: 10 };

/** The traits of one call. The body is parsed only where its bytes can't tell. */
export function traitsOf(call: Call, target: Target, counter: TokenCounter): Traits {
  return {
    hasImages: () => mentionsImage(call.body) && hasImageInTurn(call.json()),
    thinks() {
      const text = memberOf(call, 'thinking');
      return text !== null && /"type"\s*:\s*"(?:enabled|adaptive)"/u.test(text);
    },
    exceeds(tokens) {
      const { byteLength } = call.body;
      if (byteLength <= tokens * BYTES_PER_TOKEN.least) return false;
      if (byteLength > tokens * BYTES_PER_TOKEN.most) return true;
      return counter.count(call.json(), target).then((count) => count > tokens);
    },
  };
}

/** Inside of a string the quotes would be escaped: these bytes are a key and its value. */
const mentionsImages = mentions('"image"');
const IMAGE = /"type"\s*:\s*"image"/u;

function mentionsImage(body: Uint8Array): boolean {
  return mentionsImages(body) && IMAGE.test(asBuffer(body).toString('latin1'));
}

/**
 * Whether the turn under way has an image: from the person's last words on, through all the tool
 * results since. Earlier ones were answered already.
 */
function hasImageInTurn(request: JsonObject): boolean {
  const messages = objects(request['messages']);
  const start = messages.findLastIndex(isPrompt);
  return messages.slice(Math.max(0, start)).some(({ content }) => hasImage(content));
}

/** A user's message that isn't the result of a tool. */
function isPrompt({ role, content }: JsonObject): boolean {
  if (role !== 'user') return false;
  return !objects(content).some((block) => block['type'] === 'tool_result');
}

function hasImage(content: unknown): boolean {
  return objects(content).some(
    (block) =>
      block['type'] === 'image' || (block['type'] === 'tool_result' && hasImage(block['content'])),
  );
}
