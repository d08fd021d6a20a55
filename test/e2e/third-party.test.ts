import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { CONTROL_HEADER } from '../../src/core/control.ts';
import type { Json } from '../support/chat-vendors/vendor.ts';
import { CLAUDER, routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { recordedRequests } from '../support/fixtures.ts';
import { run } from '../support/run.ts';
import { strictAnthropic } from '../support/strict-anthropic.ts';
import { thirdPartyAnthropic } from '../support/third-party-anthropic.ts';

/** What an upstream of Anthropic's format refuses is mended, once; the next request is right. */
let upstream: FakeUpstream;
let original: FakeUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream({ wire: 'anthropic-messages', vendor: thirdPartyAnthropic() });
  original = await startFakeUpstream({ wire: 'anthropic-messages', vendor: strictAnthropic() });
});

beforeEach(async () => {
  for (const one of [upstream, original]) {
    one.requests.length = 0;
    one.rejections.length = 0;
  }
  gateway = await startGateway({
    config: {
      modelRoutes: {
        third: routeTo(upstream),
        'third-too': routeTo(upstream, { model: 'another' }),
        'claude-opus-4-8': routeTo(original, { preset: 'anthropic' }),
      },
    },
  });
});

afterEach(() => gateway.stop());

afterAll(async () => {
  await upstream.stop();
  await original.stop();
});

const post = (body: Json) =>
  fetch(`${gateway.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'anthropic-beta': 'context-management-2025-06-27' },
    body: JSON.stringify(body),
  });

/** As Claude Code sends it: adaptive thinking, context management, and a system message. */
const turn = (more: Json = {}): Json => ({
  model: 'third',
  max_tokens: 32_000,
  stream: true,
  thinking: { type: 'adaptive', display: 'omitted' },
  output_config: { effort: 'high' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  messages: [
    { role: 'user', content: 'hello' },
    { role: 'system', content: [{ type: 'text', text: '# Environment' }] },
  ],
  ...more,
});

describe('a third party that rejects what it does not know', () => {
  test.each([true, false])('gets it otherwise, with stream: %p', async (stream) => {
    const first = await post(turn({ stream }));
    expect([first.status, (await first.text()).includes('hello')]).toEqual([200, true]);
    expect(upstream.rejections.length).toBe(3);
    expect(upstream.requests.length).toBe(4);
    const { json } = upstream.last();
    expect(json['thinking']).toEqual({ type: 'enabled', budget_tokens: 24_576 });
    expect(Object.keys(json)).not.toContain('context_management');
    expect(json['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hello' },
          { type: 'text', text: '<system-reminder>\n# Environment\n</system-reminder>' },
        ],
      },
    ]);

    const second = await post(turn({ stream }));
    expect([second.status, (await second.text()).includes('hello')]).toEqual([200, true]);
    expect([upstream.rejections.length, upstream.requests.length]).toEqual([3, 5]);
  });

  test('is known by host and model', async () => {
    await (await post(turn())).text();
    await (await post(turn({ model: 'third-too' }))).text();
    expect([upstream.rejections.length, upstream.requests.length]).toEqual([6, 8]);
  });

  test('is told of in the log, at /v1/admin/routes and by explain, and survives a reload', async () => {
    await (await post(turn())).text();
    const lessons = [
      'systemMessages: "reminders"',
      'withoutFields: ["context_management"]',
      'thinkingConfig: "budget"',
    ];
    await until('the log line', () =>
      gateway.output().includes(`repaired (${lessons.join('; ')})`),
    );

    const reload = await fetch(`${gateway.url}/v1/admin/reload`, {
      method: 'POST',
      headers: { [CONTROL_HEADER]: gateway.record().controlToken },
    });
    expect(reload.status, await reload.text()).toBe(200);
    await (await post(turn())).text();
    expect(upstream.rejections.length).toBe(3);

    const { routes } = (await (await fetch(`${gateway.url}/v1/admin/routes`)).json()) as {
      routes: { name: string; learned: { what: string; ageMs: number }[] }[];
    };
    const learned = (name: string) =>
      routes.find((route) => route.name === name)?.learned.map(({ what }) => what);
    expect(learned('third')).toEqual(lessons);
    expect(learned('third-too')).toEqual([]);

    const { configFile } = gateway.record();
    const explained = await run(
      [...CLAUDER, 'route', 'explain', 'third', '--config', String(configFile)],
      {
        cwd: gateway.sandbox.project,
        env: gateway.sandbox.environment({
          CC_ROUTE_STATE_DIR: join(gateway.sandbox.root, 'state'),
        }),
      },
    );
    expect([explained.code, explained.stdout]).toEqual([
      0,
      expect.stringMatching(/learned +systemMessages: "reminders" \(.* ago\), withoutFields/),
    ]);
  });

  test('and by what its route says of it, it is asked right at once', async () => {
    await using told = await startGateway({
      config: {
        modelRoutes: {
          third: routeTo(upstream, {
            compat: {
              systemMessages: 'reminders',
              thinkingConfig: 'budget',
              withoutFields: ['context_management'],
            },
          }),
        },
      },
    });
    const response = await fetch(`${told.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify(turn()),
    });
    expect(await response.text()).toContain('hello');
    expect(upstream.rejections).toEqual([]);
  });

  test('every recorded request of the real client is answered', async () => {
    for (const { name, body } of recordedRequests) {
      if (body === undefined || body['messages'] === undefined || name.includes('count-tokens')) {
        continue;
      }
      const response = await post({ ...body, model: 'third' });
      expect([name, response.status, await response.text()]).toEqual([
        name,
        200,
        expect.any(String),
      ]);
    }
    expect(upstream.rejections.length).toBe(3);
  });

  test('what can’t be mended reaches the client as it was said', async () => {
    upstream.enqueue({ kind: 'error', status: 400, message: 'the moon is in the wrong house' });
    const plain = { model: 'third', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] };
    const response = await post(plain);
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('the moon is in the wrong house'),
    ]);
  });
});

describe('a session that goes from a third party to Anthropic and back', () => {
  /** Sends the conversation so far and appends what comes. */
  const say = async (history: Json[], model: string, text: string): Promise<Json[]> => {
    const messages = [...history, { role: 'user', content: text }];
    const response = await post({
      model,
      max_tokens: 1000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages,
    });
    const body = await response.text();
    expect([response.status, body]).toEqual([200, expect.stringContaining(`You said: ${text}`)]);
    const { content } = JSON.parse(body) as { content: unknown };
    return [...messages, { role: 'assistant', content }];
  };

  const signatures = ({ json }: { json: Json }) =>
    ((json['messages'] ?? []) as Json[]).flatMap(({ content }) =>
      Array.isArray(content)
        ? (content as Json[]).flatMap((block) => (block['signature'] as string | undefined) ?? [])
        : [],
    );

  test('is refused once at each change, and keeps what each model itself thought', async () => {
    let history = await say([], 'third', 'one');
    history = await say(history, 'claude-opus-4-8', 'two');
    expect([original.rejections.length, original.requests.length]).toEqual([1, 2]);
    expect(signatures(original.last())).toEqual([]);

    history = await say(history, 'claude-opus-4-8', 'three');
    expect([original.rejections.length, original.requests.length]).toEqual([1, 3]);
    expect(signatures(original.last())).toEqual([expect.stringMatching(/^EqQB/)]);

    history = await say(history, 'third', 'four');
    expect(upstream.rejections).toEqual([]);
    expect(signatures(upstream.last()).length).toBe(3);

    history = await say(history, 'claude-opus-4-8', 'five');
    expect([original.rejections.length, original.requests.length]).toEqual([2, 5]);
    expect(signatures(original.last()).length).toBe(2);

    await say(history, 'claude-opus-4-8', 'six');
    expect(original.rejections.length).toBe(2);
    expect(signatures(original.last()).length).toBe(3);
  });

  test('gives Anthropic the very bytes where nothing of another model is in them', async () => {
    await say([], 'claude-opus-4-8', 'one');
    expect(original.rejections).toEqual([]);
    expect(Buffer.from(original.last().body).toString('utf8')).toBe(
      JSON.stringify({
        model: 'claude-opus-4-8',
        max_tokens: 1000,
        thinking: { type: 'enabled', budget_tokens: 1024 },
        messages: [{ role: 'user', content: 'one' }],
      }),
    );
  });
});
