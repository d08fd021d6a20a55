import { describe, expect, test } from 'bun:test';
import { HttpReader } from '../../scripts/bench/http-reader.ts';

/** What a reader tells of bytes that arrive in pieces of the given size. */
function read(side: 'requests' | 'responses', text: string, pieceBytes: number): string[] {
  const told: string[] = [];
  let body = '';
  const reader = new HttpReader(side, {
    head: (startLine) => told.push(startLine),
    body: (bytes, from, to) => {
      body += bytes.toString('latin1', from, to);
    },
    end: () => {
      told.push(body);
      body = '';
    },
  });
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, at + pieceBytes));
  }
  reader.close();
  return told;
}

const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n';
const COUNTED = 'HTTP/1.1 404 Not Found\r\ncontent-length: 5\r\n\r\nhello';
const EMPTY = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const UNTIL_CLOSE = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\nto the end';

describe.each([1, 2, 3, 7, 1000])('in pieces of %d bytes', (size) => {
  test('reads chunked and counted responses on one connection', () => {
    expect(read('responses', CHUNKED + COUNTED + CHUNKED, size)).toEqual([
      'HTTP/1.1 200 OK',
      'abc0123456789',
      'HTTP/1.1 404 Not Found',
      'hello',
      'HTTP/1.1 200 OK',
      'abc0123456789',
    ]);
  });

  test('a request without a length has no body', () => {
    expect(read('requests', EMPTY + EMPTY, size)).toEqual([
      'GET / HTTP/1.1',
      '',
      'GET / HTTP/1.1',
      '',
    ]);
  });

  test('a response without a length ends with the connection', () => {
    expect(read('responses', UNTIL_CLOSE, size)).toEqual(['HTTP/1.1 200 OK', 'to the end']);
  });
});

test('a response that is cut does not end', () => {
  expect(read('responses', CHUNKED.slice(0, -2), 1000)).toEqual(['HTTP/1.1 200 OK']);
});
