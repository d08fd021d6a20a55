/** The same bytes as a `Buffer`; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * A search for texts, any of which will do. They are encoded once: for a small body that would take
 * longer than the search.
 */
export function mentions(...texts: readonly string[]): (bytes: Uint8Array) => boolean {
  const needles = texts.map((text) => Buffer.from(text));
  return (bytes) => {
    const buffer = asBuffer(bytes);
    return needles.some((needle) => buffer.includes(needle));
  };
}
