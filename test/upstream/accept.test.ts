import { describe, expect, test } from 'bun:test';
import type { GatewayError } from '../../src/core/errors.ts';
import { parseEvents } from '../support/grammar.ts';
import { ASK, chunk, sse, type Json } from '../support/openai-chat.ts';
import { nextOf, readerOf, stage } from '../support/upstream-stage.ts';

const ROLE = sse(chunk({ role: 'assistant', content: '' }));
const STOP = sse(chunk({}, 'stop'), '[DONE]');

describe('an answer that has begun, and whose first event is late', () => {
  test('is on its way after 10 s, with pings', async () => {
    const s = stage();
    await s.clock.advance(0);
    await s.give(ROLE);
    await s.clock.advance(9900);
    expect(s.settled()).toBe(false);
    await s.clock.advance(200);
    const reader = readerOf(await s.reply);
    expect(await nextOf(reader)).toEqual(['message_start', 'ping']);
    const ping = nextOf(reader);
    await s.clock.advance(12_100);
    expect(await ping).toEqual(['ping']);
    await s.give(sse(chunk({ content: 'a' })));
    expect(await nextOf(reader)).toEqual(['content_block_start', 'content_block_delta']);
    await s.give(STOP);
    expect((await nextOf(reader))?.at(-1)).toBe('message_stop');
    expect((await s.reply).status).toBe(200);
  });

  test('fails with a status until then, and in the stream afterwards', async () => {
    const error = sse({ error: { message: 'boom', code: 503 } });
    const early = stage();
    await early.clock.advance(0);
    await early.give(ROLE);
    await early.clock.advance(9000);
    await early.give(error);
    expect(await early.reply.catch((cause: GatewayError) => cause.kind)).toBe('overloaded');

    const late = stage();
    await late.clock.advance(0);
    await late.give(ROLE);
    await late.clock.advance(10_100);
    const reader = readerOf(await late.reply);
    await nextOf(reader);
    await late.give(error);
    expect(await nextOf(reader)).toEqual(['error']);
    expect((await (await late.reply).outcome).result).toBe('failed');
  });

  test('not without a beginning: comments and silence say nothing', async () => {
    const s = stage();
    await s.clock.advance(0);
    await s.give(': PROCESSING\n\n');
    await s.clock.advance(60_000);
    await s.give(': PROCESSING\n\n');
    expect(s.settled()).toBe(false);
    // The beginning comes late: it counts at once.
    await s.give(ROLE);
    expect(await nextOf(readerOf(await s.reply))).toEqual(['message_start', 'ping']);
  });
});

describe('a complete answer', () => {
  const STOPS = { ...ASK, stop_sequences: ['a', 'b', 'c', 'd', 'END'] };

  test('ends for the client at once, and the upstream within a second', async () => {
    const s = stage(STOPS);
    await s.clock.advance(0);
    await s.give(sse(chunk({ content: 'one END two' })));
    const reply = await s.reply;
    const reader = readerOf(reply);
    expect((await nextOf(reader))?.at(-1)).toBe('message_stop');
    expect(await nextOf(reader)).toBeNull();
    expect((await reply.outcome).result).toBe('complete');
    expect(s.gone()).toBe(false);
    await s.give(sse(chunk({ content: ' and on' })));
    await s.clock.advance(1100);
    expect(s.gone()).toBe(true);
    expect(s.clock.pending).toBe(0);
  });

  test('an upstream that only says its last words keeps its connection', async () => {
    const s = stage();
    await s.clock.advance(0);
    await s.give(sse(chunk({ content: 'a' })) + STOP);
    const reader = readerOf(await s.reply);
    await nextOf(reader);
    expect(await nextOf(reader)).toBeNull();
    await s.give(': bye\n\n');
    await s.end();
    await s.clock.advance(1100);
    expect(s.gone()).toBe(false);
    expect(s.clock.pending).toBe(0);
  });

  test('one that floods is cut off sooner', async () => {
    const s = stage(STOPS);
    await s.clock.advance(0);
    await s.give(sse(chunk({ content: 'END' })));
    await nextOf(readerOf(await s.reply));
    await s.give('x'.repeat(20_000));
    expect(s.gone()).toBe(true);
  });
});

describe('max_tokens: 0', () => {
  test.each([true, false])('asks for nothing, and gets it (stream: %p)', async (stream) => {
    const s = stage({ ...ASK, stream, max_tokens: 0 });
    const { body, status } = await s.reply;
    expect(s.requests).toHaveLength(0);
    expect(status).toBe(200);
    const text = Buffer.from(body as Uint8Array).toString();
    const message = stream
      ? parseEvents(text).find((event) => event.type === 'message_delta')
      : (JSON.parse(text) as Json);
    expect(message).toMatchObject(
      stream
        ? { delta: { stop_reason: 'max_tokens' } }
        : { content: [], stop_reason: 'max_tokens' },
    );
    expect((message as { usage: { output_tokens: number } }).usage.output_tokens).toBe(0);
  });
});
