import { createHash } from 'node:crypto';

/**
 * What everybody accepts as a function's name: OpenAI's characters and length (API reference,
 * `tools[].function.name`), and a letter first (Kimi: MoonshotAI/kimi-cli#1773; Gemini:
 * google-gemini/gemini-cli#2966).
 */
const VALID = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/;

/**
 * Function names for the upstream and back. A name in another form becomes 55 valid characters and
 * a hash of the whole, the same in every request, so that an upstream's prefix cache keeps working.
 */
export class ToolNames {
  readonly #toUpstream = new Map<string, string>();
  readonly #toClient = new Map<string, string>();

  toUpstream(name: string): string {
    if (VALID.test(name)) return name;
    const known = this.#toUpstream.get(name);
    if (known !== undefined) return known;
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
    const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'unnamed';
    const lettered = /^[a-zA-Z]/.test(plain) ? plain : `t_${plain}`;
    const short = `${lettered.slice(0, 55)}_${hash}`;
    this.#toUpstream.set(name, short);
    this.#toClient.set(short, name);
    return short;
  }

  toClient(name: string): string {
    return this.#toClient.get(name) ?? name;
  }
}
