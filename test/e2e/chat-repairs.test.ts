import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Json } from '../support/chat-vendors/vendor.ts';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { brain } from '../support/brain.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamRequest,
} from '../support/fake-upstream.ts';

/** Chat completions of a server that nobody knows: what it refuses is mended and remembered. */
let upstream: FakeUpstream;
let gateway: RunningGateway;

beforeEach(async () => {
  upstream = await startFakeUpstream({ wire: 'openai-chat' });
  gateway = await startGateway({ config: { modelRoutes: { chat: routeTo(upstream) } } });
});

afterEach(async () => {
  await gateway.stop();
  await upstream.stop();
});

const IMAGE = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
};

const ask = async (more: Json = {}) => {
  const response = await fetch(`${gateway.url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'chat',
      max_tokens: 32_000,
      stream: true,
      system: 'be brief',
      temperature: 0.3,
      messages: [{ role: 'user', content: [IMAGE, { type: 'text', text: 'hello' }] }],
      ...more,
    }),
  });
  return [response.status, await response.text()] as const;
};

/** Rejects with these words what the test finds in a request, one after the other. */
const refuse = (...rules: readonly (readonly [(json: Json) => boolean, string])[]) => {
  const think = brain('openai-chat');
  upstream.use((request: UpstreamRequest) => {
    const message = rules.find(([matches]) => matches(request.json))?.[1];
    return message === undefined ? think(request) : { kind: 'error', status: 400, message };
  });
};

const roles = (json: Json) => (json['messages'] as Json[]).map(({ role }) => role);

describe('a server of chat completions', () => {
  test('that knows little is asked right from the second request on', async () => {
    refuse(
      [
        (json) => 'stream_options' in json,
        'Unrecognized request argument supplied: stream_options',
      ],
      [
        (json) => Number(json['max_tokens']) > 8192,
        'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
      ],
      [
        (json) => JSON.stringify(json).includes('image_url'),
        'this model does not support image input',
      ],
      [
        (json) => 'temperature' in json,
        "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported.",
      ],
      [(json) => roles(json).includes('system'), 'System role not supported'],
    );
    expect(await ask()).toEqual([200, expect.stringContaining('hello')]);
    expect(upstream.requests.length).toBe(6);
    const { json } = upstream.last();
    expect(json).toMatchObject({ max_tokens: 8192, stream: true });
    expect([Object.keys(json).includes('temperature'), roles(json)]).toEqual([false, ['user']]);
    expect(JSON.stringify(json['messages'])).toContain('[image omitted: model has no vision]');

    expect((await ask())[0]).toBe(200);
    expect(upstream.requests.length).toBe(7);
  });

  test('whose window is small gets a shorter answer asked for, and the next one whole again', async () => {
    refuse([
      (json) => Number(json['max_tokens']) > 20_000,
      "'max_tokens' is too large: 32000. This model's maximum context length is 40960 tokens and your request has 20000 input tokens (32000 > 40960 - 20000).",
    ]);
    expect((await ask())[0]).toBe(200);
    expect(upstream.last().json['max_tokens']).toBe(19_960);
    expect((await ask({ max_tokens: 20_000 }))[0]).toBe(200);
    expect(upstream.requests.length).toBe(3);
    expect(upstream.last().json['max_tokens']).toBe(20_000);
  });

  test('that wants its reasoning back gets it', async () => {
    refuse([
      (json) =>
        (json['messages'] as Json[]).some(
          (message) => message['tool_calls'] !== undefined && !('reasoning_content' in message),
        ),
      'thinking is enabled but reasoning_content is missing in assistant tool call message at index 1',
    ]);
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Bash', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] },
    ];
    expect((await ask({ messages }))[0]).toBe(200);
    expect(upstream.requests.length).toBe(2);
    expect(JSON.stringify(upstream.last().json)).toContain('"reasoning_content":');
    expect((await ask({ messages }))[0]).toBe(200);
    expect(upstream.requests.length).toBe(3);
  });

  test('that refuses for a reason of its own is quoted', async () => {
    refuse([() => true, 'the moon is in the wrong house']);
    expect(await ask()).toEqual([400, expect.stringContaining('the moon is in the wrong house')]);
    expect(upstream.requests.length).toBe(1);
  });
});
