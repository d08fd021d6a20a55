import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { parseEvents } from '../support/grammar.ts';
import { text } from '../support/reply.ts';
import { connectWebSocket, type Message } from '../support/web-socket.ts';

const upstreams = new Map<string, FakeUpstream>();
let gateway: RunningGateway;

beforeAll(async () => {
  for (const wire of WIRE_NAMES) upstreams.set(wire, await startFakeUpstream({ wire }));
  gateway = await startGateway({
    config: {
      modelRoutes: Object.fromEntries(
        [...upstreams].map(([wire, upstream]) => [wire, routeTo(upstream)]),
      ),
      server: { allowedOrigins: ['http://my.page'] },
    },
  });
});

afterAll(async () => {
  await gateway.stop();
  for (const upstream of upstreams.values()) await upstream.stop();
});

const upstreamOf = (wire: string): FakeUpstream => {
  const upstream = upstreams.get(wire);
  if (upstream === undefined) throw new Error(`no upstream speaks ${wire}`);
  return upstream;
};

const ask = (model: string, more: object = {}) => ({
  model,
  max_tokens: 16,
  messages: [{ role: 'user', content: 'hi' }],
  ...more,
});

const saidText = (messages: readonly Message[]) =>
  messages
    .map((message) => (message['delta'] as { text?: string } | undefined)?.text ?? '')
    .join('');

describe.each(WIRE_NAMES)('%s', (wire) => {
  const connectHere = () => connectWebSocket(gateway.port);

  test('the events of a stream come as frames, the same as over HTTP', async () => {
    upstreamOf(wire).use(text('What a fine answer this is.'));
    using socket = await connectHere();
    expect(socket.status).toBe(101);
    socket.send(ask(wire));
    const frames = await socket.take('message_stop');
    expect(saidText(frames)).toBe('What a fine answer this is.');
    expect(upstreamOf(wire).last().stream).toBe(true);

    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify(ask(wire, { stream: true })),
    });
    const events = parseEvents(await response.text());
    const [start, ...rest] = frames;
    expect(start?.type).toBe('message_start');
    expect(rest as unknown[]).toEqual(events.slice(1));
  });

  test('requests are answered in turn, those that fail too', async () => {
    upstreamOf(wire).use((request) =>
      text(`answer ${String(JSON.stringify(request.json).match(/number \d/u))}`, { pauseMs: 2 }),
    );
    using socket = await connectHere();
    const numbered = (count: number) =>
      ask(wire, { messages: [{ role: 'user', content: `number ${count}` }] });
    socket.send(numbered(1));
    socket.send(ask('no-such-model'));
    socket.send(numbered(2));
    socket.send(numbered(3));
    const first = await socket.take('message_stop');
    const second = await socket.take('error');
    expect(saidText(first)).toBe('answer number 1');
    expect(second).toEqual([
      {
        type: 'error',
        error: { type: 'not_found_error', message: expect.stringContaining('no-such-model') },
        request_id: expect.stringMatching(/^req_/),
      },
    ]);
    expect(saidText(await socket.take('message_stop'))).toBe('answer number 2');
    expect(saidText(await socket.take('message_stop'))).toBe('answer number 3');
    socket.close();
    expect(await socket.closed()).toBe(1000);
  });

  test('"stream": false brings the whole message in one frame', async () => {
    upstreamOf(wire).use(text('All at once.'));
    using socket = await connectHere();
    socket.send(ask(wire, { stream: false }));
    const [message] = await socket.take('message');
    expect(message).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'All at once.' }],
    });
    expect(upstreamOf(wire).last().stream).toBe(false);
  });

  test("an upstream's error and a cut stream are error events, and the socket goes on", async () => {
    const upstream = upstreamOf(wire);
    using socket = await connectHere();
    upstream.enqueue({ kind: 'error', status: 400, message: 'too much of everything' });
    socket.send(ask(wire));
    const [refused] = await socket.take('error');
    expect(refused).toMatchObject({
      type: 'error',
      error: { message: expect.stringContaining('too much of everything') },
    });

    upstream.enqueue(text('This is cut in its midst.', { cutAfterEvents: 4 }));
    socket.send(ask(wire));
    const cut = await socket.take('error', 'message_stop');
    expect(cut.length).toBeGreaterThan(1);
    expect(cut.at(-1)?.type).toBe('error');

    upstream.use(text('ok'));
    socket.send(ask(wire));
    expect(saidText(await socket.take('message_stop'))).toBe('ok');
  });

  test('cancel gives the upstream up, and the next request is served', async () => {
    const upstream = upstreamOf(wire);
    using socket = await connectHere();
    upstream.enqueue({ kind: 'endless', pauseMs: 5 });
    socket.send(ask(wire));
    await socket.take('content_block_delta');
    socket.send({ type: 'cancel' });
    const rest = await socket.take('canceled');
    expect(rest.at(-1)).toEqual({ type: 'canceled', request_id: expect.stringMatching(/^req_/) });
    expect(rest.map(({ type }) => type)).not.toContain('message_stop');
    await until('the upstream to be closed', () => upstream.last().closedEarlyAt);

    upstream.enqueue({ kind: 'silent' });
    const before = upstream.requests.length;
    socket.send(ask(wire));
    await until('the request', () => upstream.requests.length > before);
    socket.send({ type: 'cancel' });
    expect(await socket.take('canceled')).toHaveLength(1);
    await until('the upstream to be closed', () => upstream.last().closedEarlyAt);

    upstream.use(text('ok'));
    socket.send({ type: 'cancel' });
    socket.send(ask(wire));
    expect(saidText(await socket.take('message_stop', 'canceled'))).toBe('ok');
  });

  test.each(['close', 'destroy'] as const)('%s ends the upstream request', async (how) => {
    const upstream = upstreamOf(wire);
    for (const script of [{ kind: 'endless', pauseMs: 5 }, { kind: 'silent' }] as const) {
      using socket = await connectHere();
      const before = upstream.requests.length;
      upstream.enqueue(script);
      socket.send(ask(wire));
      await until('the request', () => upstream.requests.length > before);
      if (script.kind === 'endless') await socket.take('content_block_delta');
      // One that waits is never sent.
      socket.send(ask(wire));
      socket[how]();
      await until('the upstream to be closed', () => upstream.requests[before]?.closedEarlyAt);
      expect(upstream.requests).toHaveLength(before + 1);
    }
  });
});

describe('who may open one', () => {
  const upgrade = (headers: Readonly<Record<string, string>>) =>
    connectWebSocket(gateway.port, { headers });
  const asked = () =>
    [...upstreams.values()].reduce((sum, { requests }) => sum + requests.length, 0);

  test.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://my.page.evil.example' },
    { host: 'evil.example' },
    { host: 'evil.example', origin: 'http://my.page' },
  ])('not %p: no 101, no upstream request', async (headers) => {
    const before = asked();
    using socket = await upgrade(headers);
    expect(socket.status).toBe(403);
    await until('the refusal', () => socket.refusal.includes('permission_error'));
    // Whatever it sends all the same goes nowhere.
    socket.send(ask(WIRE_NAMES[0]));
    await Bun.sleep(50);
    expect(asked()).toBe(before);
  });

  test('a page that is allowed, and a program that is no page', async () => {
    using page = await upgrade({ origin: 'http://my.page' });
    using program = await upgrade({});
    expect([page.status, program.status]).toEqual([101, 101]);
  });

  test('without an upgrade there is an explanation', async () => {
    const response = await fetch(`${gateway.url}/v1/stream`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});

test("a browser's own headers stay here; those of the API go on", async () => {
  const upstream = upstreamOf('anthropic-messages');
  upstream.use(text('ok'));
  using socket = await connectWebSocket(gateway.port, {
    path: '/v1/stream?beta=true',
    headers: {
      origin: 'http://my.page',
      cookie: 'session=secret',
      'user-agent': 'Mozilla/5.0',
      'accept-language': 'de',
      authorization: 'Bearer sk-ant-own',
      'anthropic-beta': 'one-2025-01-01',
    },
  });
  socket.send(ask('anthropic-messages'));
  await socket.take('message_stop');
  const last = upstream.last();
  expect(last.target).toEndWith('/v1/messages?beta=true');
  expect(last.header('anthropic-beta')).toBe('one-2025-01-01');
  expect(last.header('authorization')).toBe('Bearer provider-key');
  const sent = JSON.stringify(last.rawHeaders);
  for (const own of ['my.page', 'secret', 'Mozilla', 'accept-language', 'sk-ant', 'websocket']) {
    expect(sent).not.toContain(own);
  }
});

test('what is no request is told, and the socket goes on', async () => {
  upstreamOf('openai-chat').use(text('ok'));
  using socket = await connectWebSocket(gateway.port);
  for (const bad of [
    '',
    '{',
    '[]',
    '{}',
    '{"type":"something"}',
    '{"model":7}',
    'x'.repeat(5000),
  ]) {
    socket.sendText(bad);
    const [error] = await socket.take('error');
    expect(error).toMatchObject({ error: { type: 'invalid_request_error' } });
  }
  socket.sendBinary(Buffer.from(JSON.stringify(ask('openai-chat'))));
  await socket.take('error');
  socket.sendText(`\n${JSON.stringify(ask('openai-chat'), null, 2)}\n`);
  expect(saidText(await socket.take('message_stop'))).toBe('ok');
});

test('a frame may be as large as a body, and no larger', async () => {
  const upstream = upstreamOf('anthropic-messages');
  upstream.use(text('ok'));
  using socket = await connectWebSocket(gateway.port);
  socket.send(
    ask('anthropic-messages', { messages: [{ role: 'user', content: 'ü'.repeat(15e6) }] }),
  );
  await socket.take('message_stop');
  expect(upstream.last().body.length).toBeGreaterThan(30e6);
  socket.sendText('x'.repeat(33_554_433));
  expect([1006, 1009]).toContain(await socket.closed());
});

test('too many requests that wait close the socket', async () => {
  const upstream = upstreamOf('openai-chat');
  upstream.enqueue({ kind: 'silent' });
  using socket = await connectWebSocket(gateway.port);
  const before = upstream.requests.length;
  socket.send(ask('openai-chat'));
  await until('the first request', () => upstream.requests.length > before);
  for (let count = 0; count < 16; count += 1) socket.send(ask('openai-chat'));
  await Bun.sleep(50);
  expect(socket.closeCode).toBeNull();
  socket.send(ask('openai-chat'));
  expect(await socket.closed()).toBe(1008);
  await until('the upstream to be closed', () => upstream.last().closedEarlyAt);
});

describe('the token', () => {
  const TOKEN = 'a/token+with=signs';
  let closed: RunningGateway;
  beforeAll(async () => {
    closed = await startGateway({ config: { server: { authToken: TOKEN } } });
  });
  afterAll(() => closed.stop().then(() => undefined));
  const upgrade = (headers: Readonly<Record<string, string>> = {}, port = closed.port) =>
    connectWebSocket(port, { headers });

  test.each([
    ['x-api-key', { 'x-api-key': TOKEN }, undefined],
    ['authorization', { authorization: `Bearer ${TOKEN}` }, undefined],
    [
      'a subprotocol beside the name of ours, which alone comes back',
      {
        'sec-websocket-protocol': `cc-route.token.${encodeURIComponent(TOKEN)}, cc-route.v1`,
      },
      'cc-route.v1',
    ],
    [
      'a subprotocol alone',
      { 'sec-websocket-protocol': `cc-route.token.${encodeURIComponent(TOKEN)}` },
      `cc-route.token.${encodeURIComponent(TOKEN)}`,
    ],
  ])('by %s', async (_, headers, echoed) => {
    using socket = await upgrade(headers);
    expect(socket.status).toBe(101);
    expect(socket.headers.get('sec-websocket-protocol')).toBe(echoed);
    socket.send(ask('echo'));
    await socket.take('message_stop');
  });

  test('by the first frame', async () => {
    using socket = await upgrade();
    socket.send({ type: 'auth', token: TOKEN });
    socket.send(ask('echo'));
    await socket.take('message_stop');
  });

  test('a wrong one by subprotocol is refused before the upgrade', async () => {
    using socket = await upgrade({ 'sec-websocket-protocol': 'cc-route.v1, cc-route.token.wrong' });
    expect(socket.status).toBe(401);
  });

  test.each([
    ['a wrong one', { type: 'auth', token: 'wrong' }],
    ['none', ask('echo')],
    ['no text', { type: 'auth', token: { length: 1 } }],
  ])('%s in the first frame closes the socket', async (_, frame) => {
    using socket = await upgrade();
    socket.send(frame);
    const [error] = await socket.take('error');
    expect(error).toMatchObject({ error: { type: 'authentication_error' } });
    expect(await socket.closed()).toBe(1008);
  });

  test('one that a reload takes away is asked for anew, for each request', async () => {
    await using other = await startGateway({ config: { server: { authToken: 'first' } } });
    using socket = await upgrade({ 'x-api-key': 'first' }, other.port);
    socket.send(ask('echo'));
    await socket.take('message_stop');
    writeFileSync(join(other.sandbox.root, 'config.json'), '{"server":{"authToken":"second"}}');
    await until('the other token', () => other.record().clientToken === 'second');
    socket.send({ type: 'auth', token: 'second' });
    socket.send(ask('echo'));
    await socket.take('message_stop');
    socket.send({ type: 'auth', token: 'first' });
    expect(await socket.closed()).toBe(1008);
  });
});

test('a gateway that stops lets the answer end, then says goodbye', async () => {
  const upstream = await startFakeUpstream({
    wire: 'anthropic-messages',
    script: text('a long, long answer', { pauseMs: 50 }),
  });
  const other = await startGateway({ config: { modelRoutes: { m: routeTo(upstream) } } });
  using idle = await connectWebSocket(other.port);
  using busy = await connectWebSocket(other.port);
  busy.send(ask('m'));
  await busy.take('content_block_delta');
  busy.send(ask('m'));
  const stopped = other.stop();
  expect(await idle.closed()).toBe(1001);
  await busy.take('message_stop');
  expect(await busy.closed()).toBe(1001);
  expect(await stopped).toBe(0);
  expect(upstream.requests).toHaveLength(1);
  await upstream.stop();
});
