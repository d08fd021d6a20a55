/** What is used of a stream's reader. */
export interface BodyReader {
  read(): Promise<
    { done: false; value: Uint8Array } | { done: true; value?: Uint8Array | undefined }
  >;
}

/** A model's events come one or a few at a time, and a small buffer is made faster than a large one. */
const SMALLEST_PIECE_BYTES = 4096;
const LARGEST_PIECE_BYTES = 65536;

/**
 * Reads a body in pieces of bounded size, where it is a byte stream, as those of `fetch` are.
 *
 * A plain reader hands out all that Bun's `fetch` has gathered, up to about 700 kB a piece. With
 * 200 stalled clients that is 500 MB of pieces and read-ahead, and a third of it with a buffer of
 * our own, because `fetch` stops receiving while bytes are left over. The buffer grows while it is
 * filled to the brim and shrinks again when it is not.
 */
export function bodyReader(body: ReadableStream<Uint8Array>): BodyReader {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: 'byob' });
  } catch {
    return body.getReader();
  }
  let size = SMALLEST_PIECE_BYTES;
  return {
    async read() {
      const result = await reader.read(new Uint8Array(Buffer.allocUnsafeSlow(size).buffer));
      const filled = result.value?.byteLength ?? 0;
      if (filled === size) size = Math.min(size * 2, LARGEST_PIECE_BYTES);
      else if (filled < size / 4) size = Math.max(size / 2, SMALLEST_PIECE_BYTES);
      return result;
    },
  };
}
