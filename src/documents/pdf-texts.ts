import { LRUCache } from 'lru-cache';
import { readPdf, type PdfText } from './pdf-text.ts';

/** A document comes again with every turn of a conversation. At most 20 MB altogether. */
const MAX_KEPT = 16;

/** The texts of PDFs, each read once and kept while it is in use. */
export class PdfTexts {
  readonly #now: () => number;
  readonly #texts = new LRUCache<string, Promise<PdfText>>({ max: MAX_KEPT });

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param base64 the file */
  read(base64: string): Promise<PdfText> {
    const key = Bun.hash.wyhash(base64).toString(36) + base64.length.toString(36);
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const reading = readPdf(new Uint8Array(Buffer.from(base64, 'base64')), this.#now);
    this.#texts.set(key, reading);
    return reading;
  }
}
