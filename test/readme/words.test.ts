import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'bun:test';
import manifest from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/cli/commands.ts';
import { PROVIDERS } from '../../src/providers/catalog.ts';
import { createInstallStage, INSTALLER, release } from '../install/release-server.ts';
import { codeSpansOf, fencesOf, localLinksOf } from '../support/markdown.ts';
import { run } from '../support/run.ts';

/** What the documents name has to be there. */
const root = join(import.meta.dir, '../..');
const read = (file: string): Promise<string> => Bun.file(join(root, file)).text();
const documents = ['*.md', '.github/**/*.md', 'src/**/*.md', 'plugin/**/*.md', 'release/*.md']
  .flatMap((pattern) => Array.from(new Bun.Glob(pattern).scanSync({ cwd: root, dot: true })))
  .sort();
const readme = await read('README.md');
const code = [...codeSpansOf(readme), ...fencesOf(readme).map(({ text }) => text)];

test('documents link to what exists', async () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', '.github/CONTRIBUTING.md']));
  for (const file of documents) {
    const links = localLinksOf(await read(file)).map((link) => join(root, file, '..', link));
    expect([file, links.filter((path) => !existsSync(path))]).toEqual([file, []]);
  }
});

test('the threat model points at code and tests that exist', async () => {
  const paths = codeSpansOf(await read('.github/SECURITY.md')).filter((span) =>
    /^(?:\.\.\/)?[a-z][\w.-]*\/[\w./-]*(?:\/|\.\w+)$/u.test(span),
  );
  expect(paths.length).toBeGreaterThan(30);
  const exists = (path: string) =>
    path.startsWith('../')
      ? existsSync(join(root, path.slice('../'.length)))
      : ['src', 'test'].some((folder) => existsSync(join(root, folder, path)));
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

test('documents speak of no particular machine', async () => {
  for (const file of documents) {
    const found = /(?<![\w.~$}])\/(?:tmp|root|home|work|Users)\/(?!YOU)\S*/u.exec(await read(file));
    expect([file, found?.[0] ?? null]).toEqual([file, null]);
  }
});

test('the README names commands, options and scripts that there are', async () => {
  const named = (pattern: RegExp) =>
    new Set(code.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')));
  const commands = named(/(?<![\w/@.-])cc-route ([a-z]+)/gu);
  expect(commands.size).toBeGreaterThan(8);
  expect([...commands].filter((name) => !(name in COMMANDS))).toEqual([]);

  const help = await run([process.execPath, join(root, 'src/main.ts'), '--proxy-only', '--help'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
  });
  const flags = named(/clauder (--(?:proxy|install|uninstall)-[a-z]+)/gu);
  expect(flags.size).toBeGreaterThan(1);
  for (const flag of flags) expect(help.stdout).toContain(flag);

  const scripts = named(/bun run ([\w:]+)/gu);
  expect([...scripts].filter((name) => !(name in manifest.scripts))).toEqual([]);
  expect([...named(/\b(bun@[\d.]+)/gu)]).toEqual([manifest.packageManager]);
});

test('the README counts presets rightly', () => {
  const presets = PROVIDERS.filter(({ builtIn }) => builtIn !== true);
  expect(readme).toContain(`${presets.length} presets`);
});

test.if(process.platform === 'linux')(
  'its line for Linux and macOS installs a release',
  async () => {
    const line = fencesOf(readme).find(({ text }) => text.includes('install.sh | sh'))?.text ?? '';
    await using stage = createInstallStage();
    stage.publish('1.2.3', release('1.2.3'));
    stage.files.set('latest/download/install.sh', await Bun.file(INSTALLER).bytes());
    const releases = stage.url.replace('/latest/download', '');
    const local = line.replace('https://github.com/OWNER/NAME/releases', releases);
    expect(local).not.toBe(line);
    const done = await stage.install(['-c', local], { script: '-e' });
    expect(done).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(join(stage.dir, 'clauder'))).toBe(true);
  },
);
