import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { routeTo, startGateway, type ConfigFile } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';

const image = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
};

test('each kind of request goes where its scenario says, and elsewhere after a reload', async () => {
  const [small, deep, seeing] = await Promise.all([
    startFakeUpstream({ wire: 'openai-chat' }),
    startFakeUpstream({ wire: 'anthropic-messages' }),
    startFakeUpstream({ wire: 'openai-chat' }),
  ]);
  const config = (think: string): ConfigFile => ({
    modelRoutes: {
      small: routeTo(small, { vision: false }),
      deep: routeTo(deep),
      seeing: routeTo(seeing),
    },
    scenarios: {
      background: 'small',
      think,
      image: 'seeing',
      longContext: { route: 'deep', threshold: 2_000 },
    },
  });
  await using gateway = await startGateway({ config: config('deep') });
  const ask = async (model: string, content: unknown, more: object = {}) => {
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        max_tokens: 9,
        messages: [{ role: 'user', content }],
        ...more,
      }),
    });
    await response.text();
    return response.headers.get('x-cc-route-target')?.split('/').at(-1) ?? response.status;
  };
  const thinking = { thinking: { type: 'adaptive' } };
  expect(await ask('claude-haiku-4-5', 'hi')).toBe('small');
  expect(await ask('claude-sonnet-5', 'hi', thinking)).toBe('deep');
  expect(await ask('claude-sonnet-5', [image])).toBe('seeing');
  expect(await ask('small', [image])).toBe('seeing');
  expect(await ask('claude-sonnet-5', 'word '.repeat(5_000))).toBe('deep');
  // A chosen route keeps what it can answer; without a scenario Anthropic wants a login.
  expect(await ask('small', 'hi', thinking)).toBe('small');
  expect(await ask('claude-sonnet-5', 'hi')).toBe(401);

  writeFileSync(join(gateway.sandbox.root, 'config.json'), JSON.stringify(config('small')));
  await until('the new configuration', async () => {
    return (await ask('claude-sonnet-5', 'hi', thinking)) === 'small';
  });
  await Promise.all([small.stop(), deep.stop(), seeing.stop()]);
});
