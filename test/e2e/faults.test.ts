import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { afterEach, describe, expect, test } from 'bun:test';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamRequest,
} from '../support/fake-upstream.ts';
import { text, type Reply } from '../support/reply.ts';

/** Providers that fail, with Anthropic's own SDK in front, which doesn't try again by itself. */
const running: { stop(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function upstreams(...wires: readonly (typeof WIRE_NAMES)[number][]) {
  const started = await Promise.all(wires.map((wire) => startFakeUpstream({ wire })));
  running.push(...started);
  for (const upstream of started) upstream.use(text('ok'));
  return started;
}

async function gatewayWith(config: Parameters<typeof startGateway>[0]['config']) {
  const gateway = await startGateway({ config });
  running.push(gateway);
  return gateway;
}

const clientOf = ({ url }: RunningGateway) =>
  new Anthropic({ baseURL: url, apiKey: 'sdk-key', maxRetries: 0, timeout: 60_000 });

const ask = (content: string, model = 'm') => ({
  model,
  max_tokens: 64,
  messages: [{ role: 'user' as const, content }],
});

/** A number from 0 to below 1 that a text alone decides, so that every run is the same. */
const chance = (text: string) => Bun.hash.crc32(text) / 2 ** 32;

/** The question, wherever the wire format has it. */
const questionOf = ({ json }: UpstreamRequest) =>
  /question \d+/.exec(JSON.stringify(json))?.[0] ?? '';

/** Up to `concurrency` at a time. */
async function each(count: number, concurrency: number, work: (index: number) => Promise<void>) {
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

const RATE_LIMITED = (afterMs: number): Reply => ({
  kind: 'error',
  status: 429,
  message: 'slow down',
  headers: afterMs < 1000 ? { 'retry-after-ms': String(afterMs) } : { 'retry-after': '1' },
});

describe.each(WIRE_NAMES)('a provider that speaks %s and fails now and then', (wire) => {
  test('2,000 requests, 1 % of each fault before the first byte: no client sees one', async () => {
    const [upstream] = (await upstreams(wire)) as [FakeUpstream];
    const gateway = await gatewayWith({
      modelRoutes: { m: routeTo(upstream) },
      retry: { baseDelayMs: 20 },
    });
    const client = clientOf(gateway);
    const tries = new Map<string, number>();
    const faults = new Map<string, number>();
    upstream.use((request) => {
      const question = questionOf(request);
      const number = (tries.get(question) ?? 0) + 1;
      tries.set(question, number);
      const drawn = Math.floor(chance(`${wire} ${question} try ${number}`) * 100);
      const fault = (
        [
          ['500', { kind: 'error', status: 500, message: 'boom' }],
          ['429', RATE_LIMITED(drawn % 2 === 0 ? 1000 : 30)],
          ['reset', { kind: 'reset' }],
          ['200 with an error', { kind: 'error-in-stream', message: 'all busy' }],
        ] as const
      )[drawn];
      if (fault === undefined) return text(`answer to ${question}`);
      faults.set(fault[0], (faults.get(fault[0]) ?? 0) + 1);
      return fault[1];
    });
    await each(2000, 16, async (index) => {
      const question = `question ${index}`;
      const answer =
        index % 2 === 0
          ? await client.messages.create(ask(question))
          : await client.messages.stream(ask(question)).finalMessage();
      expect(answer.content).toEqual([
        expect.objectContaining({ type: 'text', text: `answer to ${question}` }),
      ]);
    });
    const failed = [...faults.values()].reduce((sum, count) => sum + count, 0);
    console.log(
      `${upstream.requests.length} requests upstream, faults:`,
      Object.fromEntries(faults),
    );
    expect(faults.size).toBe(4);
    expect(failed).toBeGreaterThan(40);
    expect(upstream.requests).toHaveLength(2000 + failed);
  });

  test.each([
    ['an error event', { kind: 'error-in-stream', message: 'all busy', late: true }],
    ['a cut', text('words '.repeat(40), { cutAfterEvents: 4, pauseMs: 50 })],
  ] as const)('%s after the first byte: one error event, and no second call', async (_, reply) => {
    const [upstream, spare] = (await upstreams(wire, wire)) as [FakeUpstream, FakeUpstream];
    const gateway = await gatewayWith({
      modelRoutes: { m: routeTo(upstream, { fallback: ['spare'] }), spare: routeTo(spare) },
    });
    upstream.use(reply);
    for (let count = 0; count < 5; count += 1) {
      const response = await fetch(`${gateway.url}/v1/messages`, {
        method: 'POST',
        body: JSON.stringify({ ...ask('hi'), stream: true }),
      });
      const events = (await response.text()).match(/^event: \w+$/gm) ?? [];
      expect(events[0]).toBe('event: message_start');
      expect(events.filter((event) => event === 'event: error')).toHaveLength(1);
      expect(events.at(-1)).toBe('event: error');
      expect(events).not.toContain('event: message_stop');
    }
    expect(upstream.requests).toHaveLength(5);
    expect(spare.requests).toHaveLength(0);
  });
});

describe('a provider that is down for good', () => {
  const faults: readonly (readonly [string, Reply])[] = [
    ['500', { kind: 'error', status: 500, message: 'boom' }],
    ['resets', { kind: 'reset' }],
  ];

  test.each(faults)(
    '%s: hardly asked, passed by at once, and soon back',
    async (_, fault) => {
      const [first, second] = (await upstreams('anthropic-messages', 'openai-chat')) as [
        FakeUpstream,
        FakeUpstream,
      ];
      const gateway = await gatewayWith({
        modelRoutes: {
          m: routeTo(first, { fallback: ['n'], authToken: 'key-of-first' }),
          n: routeTo(second, { authToken: 'key-of-second' }),
        },
        retry: { baseDelayMs: 50 },
      });
      const client = clientOf(gateway);
      const answeredBy = async () => {
        const { response } = await client.messages.create(ask('hi')).withResponse();
        return response.headers.get('x-cc-route-target');
      };
      first.use(fault);
      const down = performance.now();
      const times: number[] = [];
      for (let count = 0; count < 200; count += 1) {
        const from = performance.now();
        expect(await answeredBy()).toEndWith('/n');
        times.push(performance.now() - from);
      }
      const asked = first.requests.length;
      const outageMs = performance.now() - down;
      console.log(
        `asked ${asked} times in ${Math.round(outageMs)} ms; the median call took ${times.sort((a, b) => a - b)[100]?.toFixed(1)} ms`,
      );
      // Five failures open the circuit; a probe comes every few seconds at most.
      expect(asked).toBeLessThanOrEqual(5 + 3 + Math.floor(outageMs / 5000));
      expect(second.requests).toHaveLength(200);
      expect(times[100]).toBeLessThan(50);

      first.use(text('back'));
      const recovered = performance.now();
      let last = await answeredBy();
      while (last?.endsWith('/n') === true) {
        expect(performance.now() - recovered).toBeLessThan(30_000);
        await Bun.sleep(250);
        last = await answeredBy();
      }
      expect(last).toEndWith('/m');
      console.log(`back after ${Math.round(performance.now() - recovered)} ms`);
      expect(
        new Set(
          first.requests.map((one) => one.header('authorization') ?? one.header('x-api-key')),
        ),
      ).toEqual(new Set(['Bearer key-of-first']));
      expect(new Set(second.requests.map((one) => one.header('authorization')))).toEqual(
        new Set(['Bearer key-of-second']),
      );
    },
    90_000,
  );

  test('without a fallback it sees at most 1.2 requests for each call, and 3 more', async () => {
    const [upstream] = (await upstreams('anthropic-messages')) as [FakeUpstream];
    const gateway = await gatewayWith({
      modelRoutes: { m: routeTo(upstream, { fallback: [] }) },
      retry: { baseDelayMs: 1, maxDelayMs: 5 },
    });
    upstream.use({ kind: 'error', status: 503, message: 'down for good' });
    const client = clientOf(gateway);
    await each(300, 8, async () => {
      const error = await client.messages.create(ask('hi')).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(APIError);
      expect((error as APIError).message).toContain('down for good');
    });
    console.log(`${upstream.requests.length} requests upstream for 300 calls`);
    expect(upstream.requests.length).toBeLessThanOrEqual(1.2 * 300 + 3);
    expect(upstream.requests.length).toBeGreaterThanOrEqual(300);
  });
});
