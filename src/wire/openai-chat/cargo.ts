import { mergeDetails } from './delta.ts';
import type { JsonObject } from '../json.ts';
import { encodeCarrier } from '../carrier.ts';

/**
 * What an upstream wants to see again with the next request and the client has no field for. It
 * travels in the signature of the thinking block that is closed next.
 */
export class Cargo {
  readonly #provider: string;
  readonly #model: string;
  #field: string | undefined;
  #details: Record<string, unknown>[] = [];
  #signatures: Record<string, string> = {};

  constructor(provider: string, model: string) {
    this.#provider = provider;
    this.#model = model;
  }

  /** Whether there is something that no thinking block has taken yet. */
  get waiting(): boolean {
    return this.#details.length > 0 || Object.keys(this.#signatures).length > 0;
  }

  /** The field that the reasoning came in. */
  setField(field: string): void {
    this.#field = field;
  }

  addDetails(details: readonly JsonObject[]): void {
    if (details.length > 0) mergeDetails(this.#details, details);
  }

  addSignature(toolId: string, signature: string): void {
    this.#signatures[toolId] = signature;
  }

  /** The signature of the thinking block that ends now. */
  sign(): string {
    const details = this.#details;
    const signatures = this.#signatures;
    this.#details = [];
    this.#signatures = {};
    return encodeCarrier({
      p: this.#provider,
      m: this.#model,
      ...(this.#field === undefined ? {} : { f: this.#field }),
      ...(details.length > 0 ? { d: details } : {}),
      ...(Object.keys(signatures).length > 0 ? { g: signatures } : {}),
    });
  }
}
