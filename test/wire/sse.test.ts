import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import { SseParser, type ServerSentEvent } from '../../src/wire/sse.ts';

function parse(text: string, size = 0): ServerSentEvent[] {
  const bytes = Buffer.from(text);
  const parser = new SseParser();
  const events: ServerSentEvent[] = [];
  const step = size === 0 ? Math.max(1, bytes.length) : size;
  for (let at = 0; at < bytes.length; at += step) {
    events.push(...parser.push(bytes.subarray(at, at + step)));
  }
  return [...events, ...parser.end()];
}

const CASES: readonly [string, string, ServerSentEvent[]][] = [
  [
    'LF',
    'data: a\n\ndata: b\n\n',
    [
      { event: '', data: 'a' },
      { event: '', data: 'b' },
    ],
  ],
  [
    'CRLF',
    'data: a\r\n\r\ndata: b\r\n\r\n',
    [
      { event: '', data: 'a' },
      { event: '', data: 'b' },
    ],
  ],
  [
    'CR',
    'data: a\r\rdata: b\r\r',
    [
      { event: '', data: 'a' },
      { event: '', data: 'b' },
    ],
  ],
  [
    'mixed line ends',
    'data: a\r\n\ndata: b\n\r\n',
    [
      { event: '', data: 'a' },
      { event: '', data: 'b' },
    ],
  ],
  ['a byte order mark', '\uFEFFdata: a\n\n', [{ event: '', data: 'a' }]],
  ['comments', ': hello\n\n:\ndata: a\n: x\n\n', [{ event: '', data: 'a' }]],
  ['no space behind the colon', 'data:a\n\n', [{ event: '', data: 'a' }]],
  ['one space is dropped, no more', 'data:  a\n\n', [{ event: '', data: ' a' }]],
  ['several data lines', 'data: a\ndata: b\ndata\n\n', [{ event: '', data: 'a\nb\n' }]],
  [
    'event, id and retry',
    'event: error\nid: 1\nretry: 5\ndata: a\n\n',
    [{ event: 'error', data: 'a' }],
  ],
  ['an event without data', 'event: ping\n\ndata: a\n\n', [{ event: '', data: 'a' }]],
  ['empty data', 'data:\n\n', [{ event: '', data: '' }]],
  [
    'no empty line at the end',
    'data: a\n\ndata: b',
    [
      { event: '', data: 'a' },
      { event: '', data: 'b' },
    ],
  ],
  ['characters of many bytes', 'data: héllo 你好 🎉\n\n', [{ event: '', data: 'héllo 你好 🎉' }]],
  ['an unknown field', 'datax: a\nfoo\ndata: b\n\n', [{ event: '', data: 'b' }]],
  ['nothing', '', []],
];

describe('server-sent events', () => {
  for (const [name, text, events] of CASES) {
    for (const size of [0, 1, 2, 3, 7]) {
      test(`${name}, ${size === 0 ? 'whole' : `${size} bytes at a time`}`, () => {
        expect(parse(text, size)).toEqual(events);
      });
    }
  }

  test('a long line in small pieces takes time in proportion to its length', () => {
    const time = (length: number): number => {
      const text = `data: ${'x'.repeat(length)}\n\n`;
      const start = performance.now();
      expect(parse(text, 64)[0]?.data).toHaveLength(length);
      return performance.now() - start;
    };
    time(200_000);
    // Four times the length, well below the sixteen times of a square.
    expect(time(4_000_000)).toBeLessThan(Math.max(12 * time(1_000_000), 200));
  });

  test('a line without end is refused', () => {
    const parser = new SseParser();
    const piece = Buffer.alloc(8 * 1024 * 1024, 0x78);
    expect(() => {
      for (let count = 0; count < 6; count += 1) parser.push(piece);
    }).toThrow(GatewayError);
  });

  test('data lines without end are refused', () => {
    const parser = new SseParser();
    const piece = Buffer.from(`data: ${'x'.repeat(8 * 1024 * 1024)}\n`);
    expect(() => {
      for (let count = 0; count < 6; count += 1) parser.push(piece);
    }).toThrow(/more than 32 MB/);
  });
});
