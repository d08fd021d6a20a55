import { createHash } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** OpenAI rejects longer ids when they come back in the history. */
const MAX_UPSTREAM_CHARS = 40;
const MISTRAL_CHARS = 9;
const TOKEN_CHARS = 10;
const OURS = new RegExp(`^toolu_[0-9A-Za-z]{${TOKEN_CHARS}}_([A-Za-z0-9_-]+)$`);

/** Letters and digits that are the same for the same text and differ for any other. */
export function digest62(text: string, length: number): string {
  let result = '';
  for (const byte of createHash('sha256').update(text).digest().subarray(0, length)) {
    result += BASE62[byte % BASE62.length];
  }
  return result;
}

/**
 * A `tool_use` id for the client. It is unique in the conversation, since Claude Code loses one of
 * two calls with the same id; it has only characters that Anthropic allows; and it contains the
 * upstream's own id, which Kimi's templates want to see again, so nothing has to be remembered.
 *
 * @param seed unique to the call and the position of the block.
 */
export function clientToolId(upstreamId: string | undefined, seed: string): string {
  if (upstreamId === undefined || upstreamId.length > MAX_UPSTREAM_CHARS) {
    return `toolu_${digest62(seed, 24)}`;
  }
  const carried = Buffer.from(upstreamId, 'utf8').toString('base64url');
  return `toolu_${digest62(seed, TOKEN_CHARS)}_${carried}`;
}

/** The upstream's id inside of one of our ids; any other id is returned unchanged. */
export function originalToolId(id: string): string {
  const carried = OURS.exec(id)?.[1];
  if (carried === undefined) return id;
  const original = Buffer.from(carried, 'base64url').toString('utf8');
  const isOurs = Buffer.from(original, 'utf8').toString('base64url') === carried;
  return isOurs && original !== '' ? original : id;
}

/** Ids of one request's tool calls in the form that its upstream accepts, each one once. */
export class UpstreamToolIds {
  readonly #used = new Set<string>();
  readonly #nineAlphanumeric: boolean;

  constructor(format: 'any' | 'nine-alphanumeric') {
    this.#nineAlphanumeric = format === 'nine-alphanumeric';
  }

  /** A new id for each call, also where the client's ids repeat. */
  next(clientId: string): string {
    const original = originalToolId(clientId);
    let id = this.#shape(original, 1);
    for (let copy = 2; this.#used.has(id); copy += 1) id = this.#shape(original, copy);
    this.#used.add(id);
    return id;
  }

  #shape(id: string, copy: number): string {
    const text = copy === 1 ? id : `${id}_${copy}`;
    if (this.#nineAlphanumeric) {
      return /^[a-zA-Z0-9]{9}$/.test(text) ? text : digest62(text, MISTRAL_CHARS);
    }
    return text.length > 0 && text.length <= MAX_UPSTREAM_CHARS
      ? text
      : `call_${digest62(text, 24)}`;
  }
}
