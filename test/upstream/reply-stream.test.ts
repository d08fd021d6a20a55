import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import { Censor } from '../../src/upstream/censor.ts';
import { connectionError } from '../../src/upstream/network.ts';
import { replyStream } from '../../src/upstream/reply-stream.ts';
import { Watchdog } from '../../src/upstream/watchdog.ts';
import { PassthroughStream } from '../../src/wire/anthropic-messages/stream.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { testCall } from '../support/openai-chat.ts';
import { testTarget } from '../support/target.ts';

const START = 'event: message_start\ndata: {"type":"message_start"}\n\n';
const DELTA = 'event: content_block_delta\ndata: {"type":"content_block_delta"}\n\n';
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

/** An upstream whose chunks the test hands out one by one. */
function setup() {
  const clock = new FakeClock();
  const client = new AbortController();
  const watchdog = new Watchdog(client.signal, clock);
  const target = testTarget();
  let reads = 0;
  let upstream!: ReadableStreamDefaultController<Uint8Array>;
  const source = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        upstream = controller;
      },
      pull() {
        reads += 1;
      },
    },
    { highWaterMark: 0 },
  );
  // As fetch does it: a given-up request breaks the body's stream.
  watchdog.signal.addEventListener('abort', () => upstream.error(watchdog.signal.reason));
  const call = testCall({});
  const transform = new PassthroughStream({ call, target });
  const first = transform.push(Buffer.from(START));
  const { stream, outcome } = replyStream({
    reader: source.getReader(),
    transform,
    censor: Censor.for(null, call, target),
    first,
    watchdog,
    clock,
    pending: null,
    idleMs: 60_000,
    idleError: () => new GatewayError('upstream_timeout', 'silent for too long'),
    toError: (cause) => connectionError(cause, target),
  });
  const reader = stream.getReader();
  const text = async () => {
    const { done, value } = await reader.read();
    return done ? null : Buffer.from(value).toString();
  };
  const give = (bytes: string) => upstream.enqueue(Buffer.from(bytes));
  return {
    clock,
    client,
    watchdog,
    reader,
    outcome,
    text,
    give,
    end: () => upstream.close(),
    reads: () => reads,
  };
}

describe('replyStream', () => {
  test('passes chunks on and ends complete, with no timer left', async () => {
    const s = setup();
    expect(await s.text()).toBe(START);
    s.give(DELTA + STOP);
    expect(await s.text()).toBe(DELTA + STOP);
    s.end();
    expect(await s.text()).toBeNull();
    expect((await s.outcome).result).toBe('complete');
    expect(s.clock.pending).toBe(0);
  });

  test('reads from the upstream only what the client asks for', async () => {
    const s = setup();
    await Bun.sleep(0);
    expect(s.reads()).toBe(0);
    await s.text();
    expect(s.reads()).toBe(0);
  });

  test('pings in silence, again and again, and never before 12 s', async () => {
    const s = setup();
    await s.text();
    for (let count = 0; count < 3; count++) {
      const next = s.text();
      let arrived = false;
      void next.then(() => (arrived = true));
      await s.clock.advance(11_900);
      expect(arrived).toBe(false);
      await s.clock.advance(200);
      expect(await next).toMatch(/^event: ping\n/);
    }
    const next = s.text();
    s.give(DELTA);
    expect(await next).toBe(DELTA);
  });

  test('gives a silent upstream up with one error event', async () => {
    const s = setup();
    await s.text();
    const seen: string[] = [];
    const all = (async () => {
      for (let part = await s.text(); part !== null; part = await s.text()) seen.push(part);
    })();
    await s.clock.advance(61_000);
    await all;
    expect(seen.filter((part) => part.startsWith('event: error'))).toHaveLength(1);
    expect(seen.at(-1)).toContain('silent for too long');
    expect((await s.outcome).result).toBe('failed');
    expect(s.clock.pending).toBe(0);
  });

  test('a slow reader is no silent upstream', async () => {
    const s = setup();
    await s.text();
    s.give(DELTA);
    await s.text();
    await s.clock.advance(600_000);
    expect(s.watchdog.signal.aborted).toBe(false);
  });

  test('the client leaving closes the upstream', async () => {
    const s = setup();
    await s.text();
    await s.reader.cancel();
    expect(s.watchdog.signal.aborted).toBe(true);
    expect((await s.outcome).result).toBe('client_gone');
    expect(s.clock.pending).toBe(0);
  });
});
