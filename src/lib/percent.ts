/** Percent-encoding undone (RFC 3986, section 2.1); a text that has none in due form stays as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
