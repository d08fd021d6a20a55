import { createHash } from 'node:crypto';

/** What OpenAI accepts as a function's name (API reference, `tools[].function.name`). */
const VALID = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Function names for the upstream and back. A name that is too long or has other characters
 * becomes 55 valid characters and a hash of the whole, the same in every request, so that an
 * upstream's prefix cache keeps working.
 */
export class ToolNames {
  readonly #toUpstream = new Map<string, string>();
  readonly #toClient = new Map<string, string>();

  toUpstream(name: string): string {
    if (VALID.test(name)) return name;
    const known = this.#toUpstream.get(name);
    if (known !== undefined) return known;
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
    const short = `${name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 55) || 'unnamed'}_${hash}`;
    this.#toUpstream.set(name, short);
    this.#toClient.set(short, name);
    return short;
  }

  toClient(name: string): string {
    return this.#toClient.get(name) ?? name;
  }
}
