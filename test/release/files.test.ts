import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'bun:test';
import { loadConfig } from '../../src/config/load.ts';
import { run } from '../support/run.ts';
import { createSandbox } from '../support/sandbox.ts';

const root = join(import.meta.dir, '../..');
const release = join(root, 'release');
const has = (program: string) => Bun.which(program) !== null;
const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8' };
const call = (...command: string[]) => run(command, { cwd: root, env });

describe.if(has('shellcheck'))('shellcheck', () => {
  test.each(['release/install.sh', 'scripts/start', 'scripts/test', 'scripts/lib/setup.sh'])(
    '%s',
    async (file) => {
      expect(await call('shellcheck', '-x', file)).toMatchObject({ code: 0, stdout: '' });
    },
  );
});

describe.if(has('systemd-analyze'))('systemd', () => {
  /** The unit as it is, but for the program, which isn't installed here. */
  const staged = (folder: string, name: string, as = name) => {
    const unit = readFileSync(join(release, 'systemd', name), 'utf8');
    const file = join(folder, as);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, unit.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/sh'));
    return file;
  };

  test('the system unit is sound', async () => {
    using sandbox = createSandbox();
    const file = staged(sandbox.project, 'cc-route@.service', 'cc-route@team.service');
    const { code, stdout, stderr } = await call('systemd-analyze', 'verify', file);
    expect([code, stdout, stderr.replaceAll(/^.*RuntimeDirectory.*\n/gm, '')]).toEqual([0, '', '']);
  });

  test('and exposes little: 2.5 of 10 at most', async () => {
    using sandbox = createSandbox();
    const file = staged(sandbox.project, 'cc-route@.service');
    const options = ['--offline=true', '--threshold=25', '--no-pager'];
    const judged = await call('systemd-analyze', 'security', ...options, file);
    expect(judged.stdout).toContain('Overall exposure level');
    expect(judged.code).toBe(0);
  });
});

test('units, plist, image and compose file start the program in a way that it has', async () => {
  const help = await call(process.execPath, join(root, 'src/main.ts'), '--proxy-only', '--help');
  for (const file of [
    'systemd/cc-route@.service',
    'systemd/cc-route.service',
    'launchd/cc-route.plist',
    'docker/Dockerfile',
  ]) {
    expect(readFileSync(join(release, file), 'utf8')).toContain('--proxy-only');
  }
  for (const flag of ['--proxy-only', '--config']) expect(help.stdout).toContain(flag);
});

test('the example configuration of the compose file is one', async () => {
  const config = await loadConfig({
    flags: { config: join(release, 'docker/config.example.json') },
    env: { HOME: '/nonexistent', DEEPSEEK_API_KEY: 'x', MINIMAX_API_KEY: 'x' },
  });
  expect(config.routes.length).toBeGreaterThan(1);
  expect(config.server.allowedHosts).toEqual(['gateway']);
});

test('workflows name their actions by commit, and start with no rights but reading', () => {
  const files = [...new Bun.Glob('*.yml').scanSync(join(root, '.github/workflows'))];
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    const text = readFileSync(join(root, '.github/workflows', file), 'utf8');
    const uses = [...text.matchAll(/uses: (\S+)(.*)/g)];
    expect(uses.length).toBeGreaterThan(0);
    for (const [, action, comment] of uses) {
      expect(action).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
    for (const [, script] of text.matchAll(/bun run ([\w:]+)/g)) {
      const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      expect(Object.keys(manifest.scripts)).toContain(script ?? '');
    }
  }
});

test('the image is built from every folder that the program is made of', async () => {
  const dockerfile = readFileSync(join(release, 'docker/Dockerfile'), 'utf8');
  const allowed = readFileSync(join(release, 'docker/Dockerfile.dockerignore'), 'utf8');
  const sources = [...new Bun.Glob('src/**/*.ts').scanSync({ cwd: root, absolute: true })];
  const texts = await Promise.all(sources.map((file) => Bun.file(file).text()));
  const outside = new Set(
    sources.flatMap((file, index) =>
      [...(texts[index] ?? '').matchAll(/from '(\.\.\/[^']+)'/g)]
        .map(([, path = '']) => join(file, '..', path))
        .filter((path) => !path.startsWith(join(root, 'src')))
        .map((path) => path.slice(root.length + 1).split('/')[0] ?? ''),
    ),
  );
  expect(outside).toContain('plugin');
  for (const name of outside) {
    expect(dockerfile).toMatch(new RegExp(`^COPY .*\\b${name.replace('.', '\\.')}\\b`, 'm'));
    expect(allowed).toContain(`!${name}\n`);
  }
});
