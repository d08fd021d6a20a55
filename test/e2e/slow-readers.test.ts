import { connect, type Socket } from 'node:net';
import { expect, test } from 'bun:test';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { text } from '../support/reply.ts';

const READERS = 200;
const MEGABYTE = 1e6;

/** Other requests come at the pace of a few busy people, not of a load generator. */
const BETWEEN_OTHERS_MS = 20;

/** The upstream is stuck when nothing was taken from it for this long. */
const STANDSTILL_MS = 1000;

const body = (model: string) =>
  JSON.stringify({
    model,
    max_tokens: 16,
    stream: true,
    messages: [{ role: 'user', content: 'hi' }],
  });

/** Opens a stream, reads up to the first event, and then no more. */
function stallingReader(gateway: RunningGateway): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const request = body('endless');
  const socket = connect(gateway.port, '127.0.0.1', () => {
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${request.length}\r\n\r\n${request}`,
    );
  });
  let seen = '';
  socket.on('error', reject);
  socket.on('data', (chunk: Buffer) => {
    seen += chunk.toString('latin1');
    if (!seen.includes('event: message_start')) return;
    socket.pause();
    resolve(socket);
  });
  return promise;
}

/** 2 kB each 5 ms: a stream about ten times as fast as the fastest models are. */
const steady = { kind: 'endless', pauseMs: 5 } as const;

test.each(WIRE_NAMES)(
  '200 readers that stall while %s keeps sending cost no memory and hold nobody up',
  async (wire) => {
    const upstream = await startFakeUpstream({ wire, script: steady });
    const quick = await startFakeUpstream({ wire, script: text('ok') });
    await using gateway = await startGateway({
      config: { modelRoutes: { endless: routeTo(upstream), quick: routeTo(quick) } },
    });
    const ask = async () => {
      const response = await fetch(`${gateway.url}/v1/messages`, {
        method: 'POST',
        body: body('quick'),
      });
      return response.text();
    };
    for (let count = 0; count < 200; count += 1) await ask();
    const before = gateway.residentBytes();

    const readers = await Promise.all(
      Array.from({ length: READERS }, () => stallingReader(gateway)),
    );
    expect(upstream.requests).toHaveLength(READERS);

    // Until every buffer on the way is full and nobody takes anything from the upstream any more,
    // others go on, and memory is looked at all the while.
    let peak = before;
    let others = 0;
    let slowest = 0;
    let taken = 0;
    let standsSince = performance.now();
    while (performance.now() - standsSince < STANDSTILL_MS) {
      const started = performance.now();
      expect(await ask()).toContain('message_stop');
      slowest = Math.max(slowest, performance.now() - started);
      others += 1;
      peak = Math.max(peak, gateway.residentBytes());
      await Bun.sleep(BETWEEN_OTHERS_MS);
      if (upstream.peer.bytesTaken > taken) {
        taken = upstream.peer.bytesTaken;
        standsSince = performance.now();
      }
    }
    const grown = (peak - before) / MEGABYTE;
    console.log(
      `${READERS} stalled readers: +${grown.toFixed(0)} MB on ${(before / MEGABYTE).toFixed(0)} MB, ` +
        `the upstream stuck after ${(taken / MEGABYTE).toFixed(0)} MB; ` +
        `${others} other requests, the slowest ${slowest.toFixed(0)} ms`,
    );
    expect(grown).toBeLessThan(200);
    expect(others).toBeGreaterThan(100);
    expect(upstream.requests.every(({ closedEarlyAt }) => closedEarlyAt === null)).toBe(true);

    for (const reader of readers) reader.destroy();
    await until('the upstream connections to close', () =>
      upstream.requests.every(({ closedEarlyAt }) => closedEarlyAt !== null),
    );
    await upstream.stop();
    await quick.stop();
  },
  90_000,
);
