import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { run } from '../support/run.ts';
import { createStage, type Stage } from '../launcher/stage.ts';

setDefaultTimeout(120_000);

const root = join(import.meta.dir, '../..');
const binary = join(root, 'release/bin/clauder');

beforeAll(async () => {
  if (existsSync(binary)) return;
  const built = await run([process.execPath, 'scripts/compile.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
  });
  if (built.code !== 0) throw new Error(built.stderr);
});

/** A folder that somebody else wrote, with everything that a Bun program may listen to. */
function plant({ sandbox }: Stage): Record<string, string> {
  const preload = sandbox.write(
    'project/preload.ts',
    `await Bun.write(${JSON.stringify(join(sandbox.root, 'planted'))}, 'x');\nconsole.log('planted');`,
  );
  sandbox.write('project/bunfig.toml', 'preload = ["./preload.ts"]\n');
  sandbox.write('project/planted.json', '{ "server": { "port": 1 } }');
  const variables = [
    'CC_ROUTE_CONFIG=./planted.json',
    `CC_ROUTE_STATE_DIR=${sandbox.root}/planted-state`,
    'ANTHROPIC_BASE_URL=http://127.0.0.1:1',
    'ANTHROPIC_AUTH_TOKEN=planted-token',
    'CC_ROUTE_CLAUDE=./claude',
  ];
  for (const name of ['.env', '.env.local', '.env.production', '.env.development']) {
    sandbox.write(`project/${name}`, `${variables.join('\n')}\n`);
  }
  sandbox.write('project/package.json', '{ "name": "x", "type": "commonjs", "imports": {} }');
  sandbox.write('project/tsconfig.json', '{ "compilerOptions": { "paths": { "*": ["./*"] } } }');
  return { BUN_OPTIONS: `--preload ${preload}`, BUN_BE_BUN: '' };
}

const traces = ({ sandbox }: Stage) =>
  ['planted', 'planted-state'].filter((name) => existsSync(join(sandbox.root, name)));

test('a hostile folder has no effect on a session', async () => {
  await using stage = await createStage();
  plant(stage);
  const ended = await run([binary, '-p', 'hi'], {
    cwd: stage.sandbox.project,
    env: stage.environment('echo fine'),
  });
  expect(ended).toMatchObject({ code: 0, stdout: 'fine\n', stderr: '' });
  expect(traces(stage)).toEqual([]);
  expect(stage.env().get('ANTHROPIC_BASE_URL')).toBe(`http://127.0.0.1:${stage.port}`);
  expect(JSON.stringify([...stage.env(), ...stage.args()])).not.toContain('planted-');
  expect(stage.record()?.configFile).toBeNull();
});

test('nor on a gateway in the foreground', async () => {
  await using stage = await createStage();
  plant(stage);
  const port = await freePort();
  const child = Bun.spawn([binary, '--proxy-only', '--port', String(port)], {
    cwd: stage.sandbox.project,
    env: stage.environment(),
    stdout: 'pipe',
    stderr: 'ignore',
  });
  const record = await until('the record', () => stage.record());
  // It has started itself anew for a higher limit of requests, in the same process.
  expect(record).toMatchObject({ port, configFile: null, pid: child.pid });
  expect(traces(stage)).toEqual([]);
  child.kill('SIGTERM');
  expect(await child.exited).toBe(0);
  expect(await new Response(child.stdout).text()).not.toContain('planted');
});

test("Bun's own variables don't reach the gateway", async () => {
  await using stage = await createStage();
  const { BUN_OPTIONS } = plant(stage);
  const child = Bun.spawn([binary, '-p', 'hi'], {
    cwd: stage.sandbox.project,
    env: { ...stage.environment('sleep 1'), BUN_OPTIONS: BUN_OPTIONS ?? '' },
    stdout: 'ignore',
    stderr: 'ignore',
  });
  const record = await until('the record', () => stage.record());
  if (process.platform === 'linux') {
    const environment = await Bun.file(`/proc/${record.pid}/environ`).text();
    expect(environment).not.toContain('BUN_OPTIONS');
    expect(environment).toContain('BUN_CONFIG_MAX_HTTP_REQUESTS=65535');
  }
  await child.exited;
});
