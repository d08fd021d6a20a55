/** Pixels of an image, as its header says. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Anthropic scales images down so that none costs more (docs, "Vision", image costs). */
export const MAX_IMAGE_TOKENS = 1600;
/** The same page: `tokens = width × height / 750`, after the long edge was scaled to 1568. */
const PIXELS_PER_TOKEN = 750;
const LONGEST_EDGE = 1568;
/** Base64 characters of a typical screenshot per image token, where the header says nothing. */
const CHARS_PER_TOKEN = 100;

/** How much of an image is decoded to find its size: a JPEG has its own behind all metadata. */
const HEADER_CHARS = 262_144;

/** Tokens of an image in base64: by its pixels, or by its length where its header can't be read. */
export function imageTokens(base64: string): number {
  const size = imageSize(Buffer.from(base64.slice(0, HEADER_CHARS), 'base64'));
  if (size === null) return clamp(base64.length / CHARS_PER_TOKEN);
  const scale = Math.min(1, LONGEST_EDGE / Math.max(size.width, size.height));
  return clamp((size.width * scale * size.height * scale) / PIXELS_PER_TOKEN);
}

function clamp(tokens: number): number {
  return Math.max(1, Math.min(MAX_IMAGE_TOKENS, Math.ceil(tokens)));
}

/**
 * The size in the header of a PNG (RFC 2083, section 11.2.1), GIF, WebP (RFC 9649) or JPEG
 * (ITU-T T.81, B.2.2); `null` for anything else, and for a header that was cut.
 */
export function imageSize(bytes: Buffer): ImageSize | null {
  const size = readSize(bytes);
  return size !== null && size.width > 0 && size.height > 0 ? size : null;
}

function readSize(bytes: Buffer): ImageSize | null {
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47) {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  const start = bytes.toString('latin1', 0, 16);
  if (/^GIF8[79]a/.test(start) && bytes.length >= 10) {
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  }
  if (start.startsWith('RIFF') && start.startsWith('WEBP', 8)) return webpSize(bytes, start);
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? jpegSize(bytes) : null;
}

function webpSize(bytes: Buffer, start: string): ImageSize | null {
  if (bytes.length < 30) return null;
  switch (start.slice(12)) {
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const packed = bytes.readUInt32LE(21);
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
    }
    default:
      return null;
  }
}

/** Start of frame, whatever the coding: C0 to CF but for tables (C4, CC) and extensions (C8). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function jpegSize(bytes: Buffer): ImageSize | null {
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
    } else if (isFrame(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    } else {
      at += 2 + bytes.readUInt16BE(at + 2);
    }
  }
  return null;
}
