import { expect, test } from 'bun:test';
import { freePort } from '../support/clauder.ts';
import { createStage } from '../launcher/stage.ts';

test('models and explain show how the running gateway fared', async () => {
  const dead = `http://127.0.0.1:${await freePort()}/v1`;
  const config = JSON.stringify({
    modelRoutes: { dead: { alias: 'd', baseURL: dead, fallback: [] } },
    retry: { maxAttempts: 1 },
  });
  await using stage = await createStage({ config });
  const route = (...args: string[]) => stage.clauder(['route', ...args]);
  expect((await route('models')).stdout).toMatch(/^d +dead .*ready$/mu);
  expect((await route('explain', 'd')).stdout).not.toContain('health');

  await route('start');
  expect((await route('models')).stdout).toMatch(/^d +dead .*ok$/mu);
  const ask = () =>
    fetch(`http://127.0.0.1:${stage.port}/v1/messages`, {
      method: 'POST',
      body: '{"model":"d","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}',
    }).then((response) => response.text());
  await ask();
  const failing = await route('explain', 'd');
  expect(failing.stdout).toMatch(/health +failing, once: .*nothing listens at 127\.0\.0\.1/u);
  for (let count = 1; count < 5; count += 1) await ask();
  const { models } = JSON.parse((await route('models', '--json')).stdout);
  expect(models[0].health).toMatchObject({ state: 'down', problem: expect.any(String) });
  const shown = (await route('models')).stdout;
  expect(shown).toMatch(/^d +dead .*down$/mu);
  expect(shown).toContain('dead: 127.0.0.1');
});
