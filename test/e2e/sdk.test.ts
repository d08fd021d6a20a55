import Anthropic, { NotFoundError } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { content, say, text, tool } from '../support/reply.ts';

/** Anthropic's own SDK, which knows nothing of the gateway but its address. */
describe.each(WIRE_NAMES)('the Anthropic SDK with an upstream that speaks %s', (wire) => {
  let upstream: FakeUpstream;
  let gateway: RunningGateway;
  let client: Anthropic;

  beforeAll(async () => {
    upstream = await startFakeUpstream({ wire, script: text('ok') });
    gateway = await startGateway({
      config: {
        modelRoutes: {
          'MiniMax-M2.5': routeTo(upstream, { alias: ['mm25', 'Max'] }),
          'glm-5': routeTo(upstream, { alias: 'g5', model: 'glm-5-0930' }),
        },
      },
    });
    client = new Anthropic({ baseURL: gateway.url, apiKey: 'sdk-key', maxRetries: 0 });
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  beforeEach(() => {
    upstream.requests.length = 0;
    upstream.use(text('ok'));
  });

  const ask = (model: string) => ({
    model,
    max_tokens: 64,
    messages: [{ role: 'user' as const, content: 'hi' }],
  });

  test.each([
    ['mm25', 'MiniMax-M2.5'],
    ['MM25', 'MiniMax-M2.5'],
    ['max', 'MiniMax-M2.5'],
    ['minimax-m2.5', 'MiniMax-M2.5'],
    ['g5', 'glm-5-0930'],
  ])('messages.create with %s asks for %s', async (alias, upstreamModel) => {
    const message = await client.messages.create(ask(alias));
    expect(message.content).toEqual([expect.objectContaining({ type: 'text', text: 'ok' })]);
    expect(message.stop_reason).toBe('end_turn');
    expect(message.usage.output_tokens).toBe(42);
    expect(message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0)).toBe(2547);
    expect(upstream.last().model).toBe(upstreamModel);
  });

  test('messages.stream with tools', async () => {
    upstream.use(
      content([
        say('Two of them, äöü 🙂.'),
        tool('weather', { city: 'Zürich', days: 3 }),
        tool('weather', { city: 'Ōsaka', nested: { list: [1, 'two', null] } }),
      ]),
    );
    const seen: string[] = [];
    const stream = client.messages
      .stream({
        ...ask('mm25'),
        tools: [
          {
            name: 'weather',
            description: 'Tells the weather',
            input_schema: { type: 'object', properties: { city: { type: 'string' } } },
          },
        ],
      })
      .on('text', (delta) => seen.push(delta));
    const message = await stream.finalMessage();
    expect(seen.join('')).toBe('Two of them, äöü 🙂.');
    expect(seen.length).toBeGreaterThan(1);
    expect(message.stop_reason).toBe('tool_use');
    expect(message.content).toMatchObject([
      { type: 'text', text: 'Two of them, äöü 🙂.' },
      { type: 'tool_use', name: 'weather', input: { city: 'Zürich', days: 3 } },
      {
        type: 'tool_use',
        name: 'weather',
        input: { city: 'Ōsaka', nested: { list: [1, 'two', null] } },
      },
    ]);
    const ids = message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    expect(new Set(ids).size).toBe(2);
  });

  test('countTokens', async () => {
    const { input_tokens: short } = await client.messages.countTokens({
      model: 'g5',
      messages: [{ role: 'user', content: 'hi' }],
    });
    const { input_tokens: long } = await client.messages.countTokens({
      model: 'g5',
      messages: [{ role: 'user', content: 'so many words '.repeat(1000) }],
    });
    if (wire === 'anthropic-messages') {
      expect([short, long]).toEqual([4711, 4711]);
    } else {
      expect(short).toBeGreaterThan(0);
      expect(long).toBeGreaterThan(1000);
      expect(upstream.requests).toHaveLength(0);
    }
  });

  test('models.list has every route and alias, and models.retrieve finds them', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    for (const name of ['MiniMax-M2.5', 'mm25', 'glm-5', 'g5', 'echo']) {
      expect(ids).toContain(name);
      expect((await client.models.retrieve(name)).type).toBe('model');
    }
    expect(ids.some((id) => /^(?:claude|anthropic)/iu.test(id) && id.includes('mm25'))).toBe(true);
    expect(await failure(client.models.retrieve('no-such-model'))).toBeInstanceOf(NotFoundError);
  });

  test("an unknown model is the SDK's NotFoundError and names the nearest", async () => {
    const error = await failure(client.messages.create(ask('mm52')));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(String(error)).toContain('mm25');
  });

  test('an abort in mid-stream closes the connection to the upstream', async () => {
    upstream.use({ kind: 'endless', pauseMs: 5 });
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const stream = client.messages.stream(ask('mm25'));
      const ended = failure(stream.finalMessage());
      await new Promise<void>((resolve) => {
        stream.once('text', () => resolve());
      });
      const left = performance.now();
      stream.abort();
      times.push((await until('the close', () => upstream.last().closedEarlyAt)) - left);
      expect(await ended).not.toBeNull();
    }
    console.log(`closed after ${times.map((ms) => ms.toFixed(1)).join(', ')} ms`);
    expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(100);
    expect(Math.max(...times)).toBeLessThan(1000);
  });
});

/** What a request failed with, or `null` where it didn't. */
const failure = (request: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(
    request.then(
      () => null,
      (error: unknown) => error,
    ),
  );
