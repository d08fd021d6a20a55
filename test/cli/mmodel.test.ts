import { expect, test } from 'bun:test';
import { CLAUDER } from '../support/clauder.ts';
import { run } from '../support/run.ts';
import { createSandbox } from '../support/sandbox.ts';

const config = JSON.stringify({
  modelRoutes: {
    'MiniMax-M2.5': { alias: 'mm25', baseURL: 'http://127.0.0.1:9', authToken: 'k' },
    'deepseek-v4-flash': { alias: 'd4f', preset: 'deepseek' },
  },
});

async function mmodel(args: readonly string[], stdin?: string) {
  using sandbox = createSandbox();
  sandbox.write('home/.claude/settings.cc-route.json', config);
  const environment = sandbox.environment({ ANTHROPIC_BASE_URL: 'http://127.0.0.1:3456' });
  return await run([...CLAUDER, 'route', 'mmodel', ...args], {
    cwd: sandbox.project,
    env: environment,
    ...(stdin === undefined ? {} : { stdin }),
  });
}

test('shows what a line comes to', async () => {
  const { code, stdout } = await mmodel(['mm25:build it mm25:"test it" --readonly']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/mm25 +mm25-readonly +build it/u);
  expect(stdout).toContain('at the same time');
});

test('gives the calls as JSON', async () => {
  const { stdout } = await mmodel(['mm25:build --sequential', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    sequential: true,
    calls: [{ subagent_type: 'mm25', prompt: 'build' }],
  });
});

test('a line that is wrong is an error of usage, a route without a key says so', async () => {
  const wrong = await mmodel(['mm26:build']);
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain('Did you mean mm25?');
  expect((await mmodel(['d4f:build'])).stderr).toContain('DEEPSEEK_API_KEY');
  expect((await mmodel([])).code).toBe(2);
});

test('answers the hook, and leaves other commands alone', async () => {
  const ask = (name: string) =>
    mmodel(['--hook'], JSON.stringify({ command_name: name, command_args: 'mm25:build' }));
  const answered = await ask('cc-route:mmodel');
  expect(answered.code).toBe(0);
  expect(JSON.parse(answered.stdout).hookSpecificOutput.additionalContext).toContain(
    '"subagent_type":"mm25"',
  );
  expect(await ask('other')).toMatchObject({ code: 0, stdout: '' });
  // A bare /mmodel that we didn't make is the user's own.
  expect(await ask('mmodel')).toMatchObject({ code: 0, stdout: '' });
});
