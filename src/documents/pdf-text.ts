/** Larger files aren't read: the parser would take seconds, and no context window has room. */
const MAX_BYTES = 33_554_432;
const MAX_PAGES = 500;
/** About 150,000 tokens. */
const MAX_CHARS = 600_000;
/** What a whole file may take, with other work between its pages. */
const MAX_MS = 20_000;

/** What of a PDF can be told as text. */
export type PdfText =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly pages: number;
      /** How many of the pages the text holds. */
      readonly read: number;
    }
  /** Pictures of pages, as scanners make them. */
  | { readonly kind: 'pictures'; readonly pages: number }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads the text of a PDF, page by page. Never rejects. The parser is loaded at the first use. */
export async function readPdf(bytes: Uint8Array, now: () => number): Promise<PdfText> {
  if (bytes.byteLength > MAX_BYTES) return { kind: 'unreadable', reason: 'larger than 32 MB' };
  const endsAt = now() + MAX_MS;
  try {
    const { getDocumentProxy } = await import('unpdf');
    // Errors only: it would print warnings.
    const pdf = await getDocumentProxy(bytes, { verbosity: 0 });
    const texts: string[] = [];
    let chars = 0;
    let read = 0;
    while (read < Math.min(pdf.numPages, MAX_PAGES) && chars < MAX_CHARS && now() < endsAt) {
      const page = await pdf.getPage(read + 1);
      const text = pageText(await page.getTextContent());
      page.cleanup();
      read += 1;
      chars += text.length;
      if (text !== '') texts.push(`[page ${read}]\n${text}`);
      // Other requests have their turn between the pages.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const { numPages: pages } = pdf;
    await pdf.loadingTask.destroy();
    if (texts.length === 0) return { kind: 'pictures', pages };
    return { kind: 'text', text: texts.join('\n\n').slice(0, MAX_CHARS), pages, read };
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
}

/** The pieces of a page in the order of the file, with its line breaks. */
function pageText({ items }: { readonly items: readonly object[] }): string {
  let text = '';
  for (const item of items) {
    if (!('str' in item) || typeof item.str !== 'string') continue;
    text += item.str;
    if ('hasEOL' in item && item.hasEOL === true) text += '\n';
  }
  return text.replaceAll(/[^\S\n]+\n/g, '\n').trim();
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return 'it needs a password';
  return name === 'InvalidPDFException' ? 'not a valid PDF' : 'its parser failed';
}
