import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, setDefaultTimeout, test } from 'bun:test';
import manifest from '../../package.json' with { type: 'json' };
import { run } from '../support/run.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startNpmRegistry } from './npm-registry.ts';

setDefaultTimeout(120_000);

const root = join(import.meta.dir, '../..');
const binary = join(root, 'release/bin/clauder');

/** The packages as a release has them, but with this machine's executable alone. */
async function pack(sandbox: Sandbox, withExecutable: boolean): Promise<string> {
  const executables = join(sandbox.root, 'executables');
  const out = join(sandbox.root, 'packages');
  const tarballs = join(sandbox.root, 'tarballs');
  for (const folder of [executables, tarballs]) mkdirSync(folder);
  copyFileSync(binary, join(executables, `clauder-linux-${process.arch}`));
  const script = [process.execPath, join(root, 'scripts/npm-packages.ts')];
  const made = await run([...script, '--executables', executables, '--out', out], {
    cwd: sandbox.project,
    env: sandbox.environment(),
  });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  for (const name of readdirSync(out)) {
    if (!withExecutable && name !== manifest.name) continue;
    const packed = await run(['npm', 'pack', '--silent', '--pack-destination', tarballs], {
      cwd: join(out, name),
      env: sandbox.environment(),
    });
    expect(packed.code).toBe(0);
  }
  return tarballs;
}

/** `npm install -g` into an empty prefix; returns what runs a command of it. */
async function install(sandbox: Sandbox, registry: string) {
  const prefix = join(sandbox.root, 'prefix');
  const command = ['npm', 'install', '-g', '--prefix', prefix, '--registry', registry];
  const installed = await run([...command, manifest.name], {
    cwd: sandbox.project,
    env: sandbox.environment(),
  });
  expect(installed.stderr).not.toContain('ERR!');
  expect(installed.code).toBe(0);
  const PATH = `${join(prefix, 'bin')}:${sandbox.environment()['PATH']}`;
  return (...words: string[]) =>
    run(words, { cwd: sandbox.project, env: { ...sandbox.environment(), PATH } });
}

const supported = process.platform === 'linux' && existsSync(binary) && Bun.which('npm') !== null;

test.if(supported)(
  'npm install -g gives both names, which pass arguments and exit codes',
  async () => {
    using sandbox = createSandbox();
    await using registry = await startNpmRegistry(await pack(sandbox, true));
    const call = await install(sandbox, registry.url);
    expect((await call('cc-route', '--version')).stdout).toStartWith(
      `cc-route ${manifest.version}`,
    );
    expect(await call('clauder', '--proxy-status')).toMatchObject({ code: 3 });
    expect(await call('cc-route', 'config', 'path')).toMatchObject({
      code: 0,
      stdout: `${join(sandbox.home, '.claude/settings.cc-route.json')}\n`,
    });
    sandbox.write('bin/claude', '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n');
    await run(['chmod', '755', join(sandbox.bin, 'claude')], {
      cwd: sandbox.root,
      env: sandbox.environment(),
    });
    const ended = await call('clauder', '-p', 'two words', '--flag=x');
    expect(ended.code).toBe(7);
    expect(ended.stdout.split('\n')).toEqual(
      expect.arrayContaining(['-p', 'two words', '--flag=x']),
    );
  },
);

test.if(supported)('without the package of this machine it says which one is missing', async () => {
  using sandbox = createSandbox();
  await using registry = await startNpmRegistry(await pack(sandbox, false));
  const call = await install(sandbox, registry.url);
  const failed = await call('clauder', '-p', 'hi');
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain(`${manifest.name}-linux-${process.arch}`);
  expect(failed.stderr).toContain('npm install -g');
});

test('the packages name the repository that they come from, and so does their README', async () => {
  using sandbox = createSandbox();
  sandbox.write('executables/clauder-linux-x64', 'stand-in');
  sandbox.write('executables/clauder-windows-x64.exe', 'stand-in');
  const out = join(sandbox.root, 'packages');
  const script = [process.execPath, join(root, 'scripts/npm-packages.ts'), '--out', out];
  const made = await run([...script, '--executables', join(sandbox.root, 'executables')], {
    cwd: sandbox.project,
    env: sandbox.environment({ GITHUB_REPOSITORY: 'somebody/something' }),
  });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const names = readdirSync(out);
  expect(names).toHaveLength(3);
  for (const name of names) {
    const { repository } = await Bun.file(join(out, name, 'package.json')).json();
    expect([name, repository.url]).toEqual([name, 'git+https://github.com/somebody/something.git']);
  }
  const readme = await Bun.file(join(out, manifest.name, 'README.md')).text();
  expect(readme).toContain('https://github.com/somebody/something/releases');
  expect(readme).not.toContain('OWNER/NAME');
});
