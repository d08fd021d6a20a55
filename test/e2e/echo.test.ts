import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'bun:test';
import { until } from '../support/deadline.ts';
import { createDesk, startGateway } from '../support/clauder.ts';

/** What there is without any configuration, key or network. */
describe('nothing but the executable and Claude Code', () => {
  test('clauder -p hi --model echo answers', async () => {
    using desk = await createDesk({ config: null });
    const { code, stdout, stderr } = await desk.clauder(['-p', 'hi', '--model', 'echo']);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('echo: hi\n');
  });

  test('echo calls tools when it is asked to', async () => {
    using desk = await createDesk({ config: null });
    const { code, stdout, stderr } = await desk.clauder([
      '-p',
      'echo:tool Bash {"command":"echo $((6*7))-from-bash","description":"d"}',
      '--model',
      'echo',
      '--dangerously-skip-permissions',
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('42-from-bash');
  });

  test('leaves nothing behind: no gateway, and no file of ours under ~/.claude', async () => {
    using desk = await createDesk({ config: null });
    await desk.clauder(['-p', 'hi', '--model', 'echo']);
    const files = readdirSync(join(desk.sandbox.home, '.claude'), { recursive: true }).map(String);
    expect(files.filter((file) => /cc-route|clauder/u.test(file))).toEqual([]);
    expect(readdirSync(desk.sandbox.project)).toEqual([]);
    const record = join(desk.sandbox.home, '.local/state/cc-route/gateway.json');
    await until('the gateway to end', () => !existsSync(record));
    const status = await desk.clauder(['--proxy-status']);
    expect(status.code).toBe(3);
  });
});

test('the gateway without a configuration answers echo as JSON and as an event stream', async () => {
  await using gateway = await startGateway({ config: {} });
  const ask = (stream: boolean) =>
    fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'echo',
        max_tokens: 100,
        stream,
        messages: [{ role: 'user', content: 'hi' }],
      }),
    });
  expect(await (await ask(false)).json()).toMatchObject({
    type: 'message',
    content: [{ type: 'text', text: 'echo: hi' }],
  });
  const stream = await (await ask(true)).text();
  expect(stream).toStartWith('event: message_start\n');
  expect(stream).toContain('event: message_stop\n');
  expect(gateway.output()).toContain(gateway.url);
});
