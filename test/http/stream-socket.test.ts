import { describe, expect, test } from 'bun:test';
import type { HttpContext } from '../../src/http/context.ts';
import { Admission } from '../../src/http/stream/admission.ts';
import { FrameWriter, type Peer } from '../../src/http/stream/frame-writer.ts';
import { requestBody } from '../../src/http/stream/request-frame.ts';
import { StreamSocket } from '../../src/http/stream/stream-socket.ts';
import { Secret } from '../../src/lib/secret.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A connection whose reader takes nothing but what the test lets it take. */
function fakePeer(limitBytes = Number.POSITIVE_INFINITY) {
  const sent: string[] = [];
  const events: string[] = [];
  let buffered = 0;
  const peer: Peer = {
    send(data) {
      if (buffered > limitBytes) return 0;
      if (typeof data !== 'string') throw new Error('a frame that is no text');
      sent.push(data);
      buffered += data.length;
      return -1;
    },
    cork: (callback) => callback(peer as never),
    getBufferedAmount: () => buffered,
    ping: () => {
      events.push('ping');
      return 1;
    },
    close: (code) => void events.push(`close ${code}`),
    terminate: () => void events.push('terminate'),
  };
  return {
    peer,
    sent,
    events,
    take: (bytes: number) => {
      buffered = Math.max(0, buffered - bytes);
    },
  };
}

const frames = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index}`.padEnd(1000));

describe('frames are sent no faster than they are taken', () => {
  test('about 64 kB wait; the rest follows, each once and in order', async () => {
    const { peer, sent, take } = fakePeer();
    const writer = new FrameWriter(peer);
    const written = writer.write(frames(300));
    expect(sent.length).toBeGreaterThan(60);
    expect(sent.length).toBeLessThan(70);
    expect(writer.isStalled).toBe(true);
    while (writer.isStalled) {
      take(10_000);
      writer.drained();
      await Bun.sleep(0);
    }
    expect(await written).toBe(true);
    expect(sent).toEqual(frames(300));
    expect(writer.isStalled).toBe(false);
  });

  test('one that was dropped is sent again', async () => {
    const { peer, sent, take } = fakePeer(5000);
    const writer = new FrameWriter(peer);
    const written = writer.write(frames(20));
    expect(sent).toHaveLength(6);
    for (let count = 0; count < 20; count += 1) {
      take(1000);
      writer.drained();
      await Bun.sleep(0);
    }
    expect(await written).toBe(true);
    expect(sent).toEqual(frames(20));
  });

  test('two writers that wait are both woken', async () => {
    const { peer, sent, take } = fakePeer();
    const writer = new FrameWriter(peer);
    const first = writer.write(frames(100));
    const second = writer.write(['other']);
    take(1e6);
    writer.drained();
    take(1e6);
    await Bun.sleep(0);
    writer.drained();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(sent).toContain('other');
  });

  test('a closed connection ends the wait', async () => {
    const { peer } = fakePeer();
    const writer = new FrameWriter(peer);
    const written = writer.write(frames(100));
    writer.closed();
    expect(await written).toBe(false);
    expect(await writer.write(['more'])).toBe(false);
  });
});

describe('a socket', () => {
  function openSocket(clientToken: Secret | null = null) {
    const clock = new FakeClock();
    const connection = fakePeer();
    const http = {
      clientToken,
      gateway: { config: { server: { allowedOrigins: ['http://my.page'] } } },
    } as unknown as HttpContext;
    const handshake = {
      query: '',
      headers: new Headers(),
      credential: {},
      client: 'other',
    } as const;
    const admission = new Admission('http://my.page', []);
    const socket = new StreamSocket(connection.peer, { handshake, admission }, http, clock);
    return { ...connection, clock, socket, http };
  }

  test('without the token that is wanted is closed after ten seconds', async () => {
    const { clock, events, sent } = openSocket(new Secret('token'));
    await clock.advance(9_900);
    expect(events).toEqual([]);
    await clock.advance(200);
    expect(events).toEqual(['close 1008']);
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({ error: { type: 'authentication_error' } });
  });

  test('that shows it, or need not, stays', async () => {
    const shown = openSocket(new Secret('token'));
    shown.socket.received('{"type":"auth","token":"token"}');
    const open = openSocket();
    await shown.clock.advance(20_000);
    await open.clock.advance(20_000);
    expect([...shown.events, ...open.events]).toEqual([]);
  });

  test('is pinged each 30 seconds, and given up after five minutes without a sign', async () => {
    const { clock, events, socket } = openSocket();
    for (let count = 0; count < 20; count += 1) {
      await clock.advance(30_000);
      socket.signOfLife();
    }
    expect(events).toEqual(Array.from({ length: 20 }, () => 'ping'));
    await clock.advance(300_000);
    expect(events).not.toContain('terminate');
    await clock.advance(30_000);
    expect(events.at(-1)).toBe('terminate');
    expect(clock.pending).toBe(0);
  });

  test('leaves no timer behind', () => {
    const { clock, socket } = openSocket(new Secret('token'));
    expect(clock.pending).toBe(2);
    socket.closed();
    expect(clock.pending).toBe(0);
  });

  test('of a page that is no longer allowed is closed at its next request', () => {
    const { events, socket, http } = openSocket();
    Object.assign(http.gateway.config.server, { allowedOrigins: [] });
    socket.received('{"model":"echo"}');
    expect(events).toEqual(['close 1008']);
  });
});

describe('a request streams unless it says otherwise', () => {
  const bodyOf = (text: string) => Buffer.from(requestBody(text)).toString('utf8');

  test.each([
    ['{"model":"m"}', '{"model":"m","stream":true}'],
    [' {"model":"ü" } \n', ' {"model":"ü" ,"stream":true}'],
    [
      '{"model":"m","metadata":{"stream":false}}',
      '{"model":"m","metadata":{"stream":false},"stream":true}',
    ],
  ])('%s', (text, body) => expect(bodyOf(text)).toBe(body));

  test.each([
    '{"model":"m","stream":false}',
    '{"stream":true,"model":"m"}',
    '{}',
    '{"model":',
    '[]',
    '',
  ])('%p passes as it is', (text) => expect(bodyOf(text)).toBe(text));
});
