import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'bun:test';
import { TARGETS, chooseTargets } from '../../scripts/compile/targets.ts';
import { run } from '../support/run.ts';
import { createSandbox } from '../support/sandbox.ts';

const script = join(import.meta.dir, '../../scripts/release-files.ts');

test('installers and package descriptions are filled in whole', async () => {
  using sandbox = createSandbox();
  const files = TARGETS.flatMap(({ name, suffix }) => [
    `clauder-${name}${suffix}`,
    `clauder-${name}${suffix}.gz`,
  ]);
  const sum = (file: string) => new Bun.CryptoHasher('sha256').update(file).digest('hex');
  sandbox.write('out/SHA256SUMS', files.map((file) => `${sum(file)}  ${file}\n`).join(''));
  const out = join(sandbox.root, 'out');
  const call = (...args: string[]) =>
    run([process.execPath, script, '--out', out, ...args], {
      cwd: sandbox.project,
      env: sandbox.environment(),
    });
  expect((await call('--repository', 'no slash')).code).toBe(1);
  expect((await call('--repository', 'somebody/something')).code).toBe(0);
  const made = readdirSync(out).filter((file) => file !== 'SHA256SUMS');
  expect(made.sort()).toEqual(['PKGBUILD', 'clauder.rb', 'install.ps1', 'install.sh']);
  for (const file of made) {
    const text = readFileSync(join(out, file), 'utf8');
    expect([file, /@[A-Z][\w:.-]*@/.exec(text)]).toEqual([file, null]);
    expect(text).toContain('https://github.com/somebody/something');
  }
  expect(readFileSync(join(out, 'clauder.rb'), 'utf8')).toContain(sum('clauder-macos-arm64.gz'));
  const parsed = await run(['bash', '-n', join(out, 'PKGBUILD')], {
    cwd: out,
    env: sandbox.environment(),
  });
  expect(parsed).toMatchObject({ code: 0, stderr: '' });
});

test('targets by name, by system, and with the name that others use for macOS', () => {
  const names = (list: string) => chooseTargets(list).map(({ name }) => name);
  expect(names('linux-x64, macos-arm64')).toEqual(['linux-x64', 'macos-arm64']);
  expect(names('darwin')).toEqual(['macos-x64', 'macos-arm64']);
  expect(names('windows-x64,windows')).toEqual(['windows-x64', 'windows-arm64']);
  expect(() => names('linux-mips')).toThrow('Known targets: linux-x64');
  expect(() => names(' , ')).toThrow('at least one');
});
