import { expect, test } from 'bun:test';
import { createGateway } from '../../src/gateway/gateway.ts';
import { loadFrom, makeHome } from '../config/support.ts';
import { testCall } from '../support/openai-chat.ts';

const home = makeHome();

test('what was learned of a model outlives a reload of the configuration', async () => {
  const config = (alias: string) =>
    loadFrom(home, {
      modelRoutes: { m: { alias, baseURL: 'http://127.0.0.1:9/v1', authToken: 'key' } },
    });
  const usage = { prompt_tokens: 6000, completion_tokens: 1 };
  const message = { role: 'assistant', content: 'ok' };
  const gateway = createGateway(await config('a'), {
    sinks: [],
    env: {},
    transport: async () =>
      Response.json({ choices: [{ index: 0, message, finish_reason: 'stop' }], usage }),
  });
  const body = (model: string) => ({
    model,
    messages: [{ role: 'user', content: 'word '.repeat(3000) }],
  });
  const count = async (model: string) => {
    const { body: bytes } = await gateway.handle({
      ...testCall(body(model)),
      endpoint: 'count_tokens',
    });
    return (JSON.parse(Buffer.from(bytes as Uint8Array).toString()) as { input_tokens: number })
      .input_tokens;
  };

  expect(await count('a')).toBeWithin(2990, 3050);
  const reply = await gateway.handle(testCall(body('a')));
  await reply.outcome;
  gateway.reload(await config('b'));
  expect(await count('b')).toBeWithin(5950, 6050);
});
