/** Text and picture of a page (Anthropic docs, "PDF support": 1500 to 3000 tokens of text each). */
const TOKENS_PER_PAGE = 2000;
/** A page of prose. */
const TEXT_TOKENS_PER_PAGE = 600;
/** Base64 characters of a typical page, where the file doesn't tell its pages. */
const CHARS_PER_PAGE = 60_000;
/** Larger files aren't looked into. */
const MAX_CHARS = 16_777_216;

/** Tokens of a PDF in base64, by its pages. @param textOnly its text is all that is sent */
export function documentTokens(base64: unknown, textOnly: boolean): number {
  const perPage = textOnly ? TEXT_TOKENS_PER_PAGE : TOKENS_PER_PAGE;
  if (typeof base64 !== 'string') return perPage;
  const guess = Math.max(1, Math.round(base64.length / CHARS_PER_PAGE));
  const pages = base64.length > MAX_CHARS ? null : pageCount(base64);
  return perPage * (pages ?? guess);
}

/**
 * The count in the root of the page tree (ISO 32000-2, section 7.7.3.2); `null` where it stands in a
 * compressed object.
 */
function pageCount(base64: string): number | null {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const nodes = text.matchAll(/\/Type\s*\/Pages\b[^>]{0,4000}?\/Count\s+(\d{1,6})\b/g);
  const reversed = text.matchAll(/\/Count\s+(\d{1,6})\b[^>]{0,4000}?\/Type\s*\/Pages\b/g);
  const counts = [...nodes, ...reversed].map(([, count]) => Number(count));
  const most = Math.max(0, ...counts);
  return most > 0 ? most : null;
}
