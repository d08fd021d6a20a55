import { describe, expect, test } from 'bun:test';
import { imageSize, imageTokens } from '../../../src/wire/tokens/image-tokens.ts';

const be16 = (value: number) => [value >> 8, value & 255];
const be32 = (value: number) => [0, 0, ...be16(value)];
const le16 = (value: number) => [value & 255, value >> 8];
const ascii = (value: string) => [...Buffer.from(value, 'latin1')];

/** Headers as encoders write them, with nothing of the picture behind. */
const png = (width: number, height: number) =>
  Buffer.from([0x89, ...ascii('PNG\r\n\x1a\n\0\0\0\x0dIHDR'), ...be32(width), ...be32(height), 8]);
const gif = (width: number, height: number) =>
  Buffer.from([...ascii('GIF89a'), ...le16(width), ...le16(height), 0, 0, 0]);
const jpeg = (width: number, height: number, metadata = 10, frame = 0xc0) =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe1, ...be16(metadata + 2)]),
    Buffer.alloc(metadata, 0xff),
    Buffer.from([0xff, 0xc4, 0, 4, 0, 0, 0xff, 0xff, frame, 0, 17, 8]),
    Buffer.from([...be16(height), ...be16(width), 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
const webp = (kind: string, ...rest: number[]) =>
  Buffer.from([...ascii(`RIFF\0\0\0\0WEBP${kind}\0\0\0\0`), ...rest]);
const vp8 = (width: number, height: number) =>
  webp('VP8 ', 0, 0, 0, 0x9d, 0x01, 0x2a, ...le16(width), ...le16(height));
const vp8x = (width: number, height: number) =>
  webp('VP8X', 0, 0, 0, 0, ...le16(width - 1), 0, ...le16(height - 1), 0);
const vp8l = (width: number, height: number) => {
  const packed = (width - 1) | ((height - 1) << 14);
  return webp('VP8L', 0x2f, ...le16(packed & 0xffff), ...le16(packed >>> 16), 0, 0, 0, 0, 0);
};

describe('the size of an image from its header', () => {
  test.each([
    ['PNG', png(1024, 768)],
    ['GIF', gif(1024, 768)],
    ['baseline JPEG', jpeg(1024, 768)],
    ['progressive JPEG behind 60 kB of metadata', jpeg(1024, 768, 60_000, 0xc2)],
    ['lossy WebP', vp8(1024, 768)],
    ['extended WebP', vp8x(1024, 768)],
    ['lossless WebP', vp8l(1024, 768)],
  ])('%s', (_, bytes) => {
    expect(imageSize(bytes)).toEqual({ width: 1024, height: 768 });
    for (let length = 0; length < Math.min(64, bytes.length); length += 1) {
      const cut = imageSize(bytes.subarray(0, length));
      expect(cut === null || cut.width === 1024).toBe(true);
    }
  });

  test('a real picture, as an encoder made it', () => {
    const pixel =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    expect(imageSize(Buffer.from(pixel, 'base64'))).toEqual({ width: 1, height: 1 });
    expect(imageTokens(pixel)).toBe(1);
  });

  test.each([[''], ['not an image at all'], ['\xff\xd8\xff\xc0']])('%j has none', (text) => {
    expect(imageSize(Buffer.from(text, 'latin1'))).toBeNull();
  });
});

describe('the tokens of an image', () => {
  const tokens = (bytes: Buffer) => imageTokens(bytes.toString('base64'));

  test('by its pixels, as Anthropic documents it', () => {
    expect(tokens(png(200, 200))).toBe(54);
    expect(tokens(png(1000, 1000))).toBe(1334);
  });

  test('large ones are scaled down', () => {
    expect(tokens(png(8000, 8000))).toBe(1600);
    expect(tokens(png(15_680, 100))).toBe(21);
  });

  test('by its length where the header says nothing', () => {
    expect(imageTokens('A'.repeat(10_000))).toBe(100);
    expect(imageTokens('A'.repeat(4_000_000))).toBe(1600);
  });
});
