import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../../src/core/errors.ts';
import { PassthroughStream } from '../../../src/wire/anthropic-messages/stream.ts';
import { testCall } from '../../support/openai-chat.ts';
import { testTarget } from '../../support/target.ts';

const START = 'event: message_start\ndata: {"type":"message_start","message":{}}\n\n';
const DELTA =
  'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"é 日 🎉"}}\n\n';
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
const ERROR =
  'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
const COMPLETE = START + PING + DELTA + STOP;

/** Feeds the text in chunks of so many bytes; what came out, and the transform. */
function feed(text: string, size: number, end = true) {
  const stream = new PassthroughStream({ call: testCall({}), target: testTarget() });
  const bytes = Buffer.from(text);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    out.push(Buffer.from(stream.push(bytes.subarray(at, at + size))));
  }
  if (end) out.push(Buffer.from(stream.end()));
  return { stream, text: Buffer.concat(out).toString(), chunks: out };
}

const SIZES = [1, 2, 3, 7, 1000];

describe('PassthroughStream', () => {
  for (const size of SIZES) {
    test(`gives the same bytes at ${size} bytes a chunk, in whole events`, () => {
      const { stream, text, chunks } = feed(COMPLETE, size);
      expect(text).toBe(COMPLETE);
      expect(stream.state).toBe('finished');
      for (const chunk of chunks)
        expect(chunk.length === 0 || chunk.toString().endsWith('\n\n')).toBe(true);
    });

    test(`understands CRLF at ${size} bytes a chunk`, () => {
      const crlf = COMPLETE.replaceAll('\n', '\r\n');
      const { stream, text } = feed(crlf, size);
      expect([text, stream.state]).toEqual([crlf, 'finished']);
    });

    test(`an error before the first real event becomes an HTTP error, ${size} bytes a chunk`, () => {
      const { stream, text } = feed(PING + ERROR, size);
      expect(text).toBe('');
      expect(stream.error?.kind).toBe('overloaded');
      expect(stream.error?.message).toContain('Overloaded');
    });

    test(`a stream without message_stop ends in one error event, ${size} bytes a chunk`, () => {
      const { stream, text } = feed(START + DELTA + DELTA.slice(0, 40), size);
      expect(text.startsWith(START + DELTA)).toBe(true);
      const rest = text.slice((START + DELTA).length);
      expect(rest).toMatch(/^event: error\ndata: \{"type":"error",.*\}\n\n$/);
      expect(stream.error?.kind).toBe('truncated_reply');
    });
  }

  test('holds pings and comments back until the first real event', () => {
    const { stream, text } = feed(`: hello\n\n${PING}`, 5, false);
    expect([text, stream.state]).toEqual(['', 'waiting']);
    expect(Buffer.from(stream.push(Buffer.from(START))).toString()).toBe(
      `: hello\n\n${PING}${START}`,
    );
  });

  test('an empty stream is an error, not an empty answer', () => {
    const { stream } = feed('', 1);
    expect(stream.error?.kind).toBe('truncated_reply');
  });

  test('an error event in mid-stream passes and ends the answer', () => {
    const { stream, text } = feed(START + ERROR, 3);
    expect([text, stream.state]).toEqual([START + ERROR, 'finished']);
  });

  test('a comment behind message_stop does not make the answer incomplete', () => {
    expect(feed(`${COMPLETE}: bye\n\n`, 4).stream.state).toBe('finished');
  });

  test('a last event without its empty line is completed', () => {
    const { stream, text } = feed(COMPLETE.slice(0, -2), 9);
    expect([text, stream.state]).toEqual([COMPLETE, 'finished']);
  });

  test('text that quotes message_stop does not end an answer', () => {
    const quoting = DELTA.replace('é', String.raw`\"type\":\"message_stop\"`);
    expect(feed(START + quoting, 8).stream.error?.kind).toBe('truncated_reply');
  });

  test('nothing comes out behind the end', () => {
    const { stream } = feed(COMPLETE, 100);
    expect(stream.push(Buffer.from(COMPLETE))).toHaveLength(0);
    expect(stream.state).toBe('finished');
  });

  test('a connection that breaks after message_stop changes nothing', () => {
    const { stream } = feed(COMPLETE, 11, false);
    expect(stream.fail(new GatewayError('connection_lost', 'reset')).length).toBe(0);
    expect(stream.state).toBe('finished');
  });
});
