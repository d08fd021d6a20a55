import { expect, test } from 'bun:test';
import { routeTo, startGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { connectWebSocket } from '../support/web-socket.ts';

const EVENTS = 40_000;
const MEGABYTE = 1e6;

/** The upstream is stuck when nothing was taken from it for this long. */
const STANDSTILL_MS = 700;

/** 40,000 numbered deltas of 1 kB. */
function numberedStream(): string {
  const event = (type: string, more: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const filler = 'x'.repeat(900);
  const deltas = Array.from({ length: EVENTS }, (_, count) =>
    event('content_block_delta', {
      index: 0,
      delta: { type: 'text_delta', text: `${count} ${filler}` },
    }),
  );
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [] };
  const usage = { input_tokens: 1, output_tokens: 1 };
  return [
    event('message_start', {
      message: { ...message, stop_reason: null, stop_sequence: null, usage },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...deltas,
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
    event('message_stop', {}),
  ].join('');
}

test('a reader that stalls loses no event and costs no memory', async () => {
  const body = numberedStream();
  const upstream = await startFakeUpstream({
    wire: 'anthropic-messages',
    script: {
      kind: 'raw',
      status: 200,
      body,
      chunkBytes: 32_768,
      headers: { 'content-type': 'text/event-stream' },
    },
  });
  await using gateway = await startGateway({ config: { modelRoutes: { m: routeTo(upstream) } } });
  const request = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };

  // One that reads gets everything, and shows what a stream costs besides.
  using quick = await connectWebSocket(gateway.port);
  quick.send(request);
  expect(await quick.take('message_stop')).toHaveLength(EVENTS + 5);
  const before = gateway.residentBytes();

  const stalled = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const socket = await connectWebSocket(gateway.port);
      socket.send(request);
      await until('the first event', () => socket.messages.length > 0);
      socket.stall();
      return socket;
    }),
  );
  let peak = before;
  let taken = 0;
  let standsSince = performance.now();
  while (performance.now() - standsSince < STANDSTILL_MS) {
    await Bun.sleep(20);
    peak = Math.max(peak, gateway.residentBytes());
    if (upstream.peer.bytesTaken > taken) {
      taken = upstream.peer.bytesTaken;
      standsSince = performance.now();
    }
  }
  const whole = stalled.length * body.length;
  console.log(
    `${stalled.length} stalled sockets: +${((peak - before) / MEGABYTE).toFixed(0)} MB, the upstream ` +
      `stuck after ${(taken / MEGABYTE).toFixed(0)} of ${(whole / MEGABYTE).toFixed(0)} MB`,
  );
  expect(taken).toBeLessThan(whole * 0.8);
  expect(peak - before).toBeLessThan(80 * MEGABYTE);

  for (const socket of stalled) {
    socket.resume();
    const messages = await socket.take('message_stop');
    const numbers = messages
      .filter(({ type }) => type === 'content_block_delta')
      .map((message) => Number.parseInt((message['delta'] as { text: string }).text, 10));
    expect(numbers).toEqual(Array.from({ length: EVENTS }, (_, count) => count));
    socket.destroy();
  }
  await upstream.stop();
}, 60_000);
