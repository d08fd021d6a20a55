import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'bun:test';
import { run } from '../support/run.ts';
import {
  createInstallStage,
  executable,
  INSTALLER,
  platform,
  release,
  truncatedInstaller,
  type InstallStage,
} from './release-server.ts';

const isLinux = process.platform === 'linux';

const SHELLS = [['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([program]) => Bun.which(program ?? '') !== null,
);

/** Both names answer, and nothing else is left in the folder. */
async function expectInstalled(stage: InstallStage, version: string, dir = stage.dir) {
  expect(readdirSync(dir).sort()).toEqual(['cc-route', 'clauder']);
  expect(readlinkSync(join(dir, 'cc-route'))).toBe('clauder');
  expect(statSync(join(dir, 'clauder')).mode & 0o777).toBe(0o755);
  const { stdout } = await run([join(dir, 'cc-route'), '--version'], {
    cwd: stage.sandbox.project,
    env: { PATH: '/usr/bin:/bin' },
  });
  expect(stdout).toBe(`cc-route ${version}\n`);
}

const leftovers = (dir: string) => (existsSync(dir) ? readdirSync(dir) : []);

describe.if(isLinux)('install.sh', () => {
  test('there are several shells to try it with', () => {
    expect(SHELLS.length).toBeGreaterThan(1);
  });

  test.each(SHELLS)(
    '%s %s installs the latest version and says what to type next',
    async (...shell) => {
      await using stage = createInstallStage();
      stage.publish('1.2.3', release('1.2.3'));
      const done = await stage.install([], { shell: shell.map((word) => Bun.which(word) ?? word) });
      expect(done).toMatchObject({ code: 0, stdout: '' });
      await expectInstalled(stage, '1.2.3');
      expect(done.stderr).toContain('Installed: cc-route 1.2.3');
      expect(done.stderr.trimEnd().split('\n').at(-1)).toBe('Next: clauder --model echo');
      expect(stage.requests).toEqual([
        'latest/download/SHA256SUMS',
        `latest/download/clauder-${platform()}.gz`,
      ]);
    },
  );

  test('from a pipe, as the README has it', async () => {
    await using stage = createInstallStage();
    stage.publish('1.2.3', release('1.2.3'));
    const done = await stage.install(['-c', `cat ${INSTALLER} | sh -s -- --no-modify-path`], {
      script: '-e',
    });
    expect(done.code).toBe(0);
    await expectInstalled(stage, '1.2.3');
  });

  test('--version takes that version, with or without its v', async () => {
    await using stage = createInstallStage();
    stage.publish('1.0.0', release('1.0.0'));
    stage.publish('2.0.0', release('2.0.0'));
    expect((await stage.install(['--version', '1.0.0'])).code).toBe(0);
    await expectInstalled(stage, '1.0.0');
    expect((await stage.install(['--version=v2.0.0'])).code).toBe(0);
    await expectInstalled(stage, '2.0.0');
    const unknown = await stage.install(['--version', '9.9.9']);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain('download/v9.9.9/SHA256SUMS');
    await expectInstalled(stage, '2.0.0');
  });

  test('--dir, also with blanks and quotes, and --no-modify-path', async () => {
    await using stage = createInstallStage();
    stage.publish('1.2.3', release('1.2.3'));
    const dir = join(stage.sandbox.root, `my 'own' bin`);
    const done = await stage.install(['--dir', dir, '--no-modify-path']);
    expect(done.code).toBe(0);
    await expectInstalled(stage, '1.2.3', dir);
    expect(done.stderr).toContain(`${dir} is not on PATH.`);
    expect(readdirSync(stage.sandbox.home)).toEqual([]);
  });

  test.each([
    ['/bin/bash', '.bashrc'],
    ['/usr/bin/zsh', '.zshrc'],
    ['/usr/bin/fish', '.config/fish/config.fish'],
    ['/bin/ash', '.profile'],
  ])('the PATH line for %s goes into %s, once, and away again', async (shell, file) => {
    await using stage = createInstallStage();
    stage.publish('1.2.3', release('1.2.3'));
    const rc = stage.sandbox.write(`home/${file}`, '# mine\n');
    for (let turn = 0; turn < 2; turn += 1) await stage.install([], { env: { SHELL: shell } });
    const lines = readFileSync(rc, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(stage.dir);
    const gone = await stage.install(['--uninstall'], { env: { SHELL: shell } });
    expect(gone.code).toBe(0);
    expect(readFileSync(rc, 'utf8')).toBe('# mine\n');
    expect(leftovers(stage.dir)).toEqual([]);
    expect(gone.stderr).toContain('settings.cc-route.json');
    expect((await stage.install(['--uninstall'])).stderr).toContain('nothing of cc-route');
  });

  test('the PATH line works in the shell, whatever the folder is called', async () => {
    await using stage = createInstallStage();
    stage.publish('1.2.3', release('1.2.3'));
    const dir = join(stage.sandbox.home, `a 'b' $(touch x) c`);
    await stage.install(['--dir', dir]);
    const { stdout } = await run(['bash', '-c', '. ~/.bashrc && command -v clauder && ls'], {
      cwd: stage.sandbox.project,
      env: { PATH: '/usr/bin:/bin', HOME: stage.sandbox.home },
    });
    expect(stdout).toBe(`${join(dir, 'clauder')}\n`);
  });

  test('--binary installs a file without any network', async () => {
    await using stage = createInstallStage();
    const file = stage.sandbox.write('mine', executable('7.7.7'));
    expect((await stage.install(['--binary', file])).code).toBe(0);
    await expectInstalled(stage, '7.7.7');
    expect(stage.requests).toEqual([]);
  });

  test('an older version stays until the new one has answered', async () => {
    await using stage = createInstallStage();
    stage.publish('1.0.0', release('1.0.0'));
    await stage.install();
    const wrongSum = release('2.0.0');
    wrongSum.set(`clauder-${platform()}.gz`, Bun.gzipSync(Buffer.from('#!/bin/sh\necho evil\n')));
    for (const [files, message] of [
      [wrongSum, 'is not what the release says'],
      [release('2.0.0', executable('2.0.0', 1)), 'does not start'],
      [release('2.0.0', '#!/bin/sh\necho something else\n'), 'that is not clauder'],
    ] as const) {
      stage.publish('2.0.0', files);
      const failed = await stage.install();
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain(message);
      await expectInstalled(stage, '1.0.0');
    }
    stage.publish('2.0.0', release('2.0.0'));
    expect((await stage.install()).code).toBe(0);
    await expectInstalled(stage, '2.0.0');
  });

  test('a checksum that is missing, and a download that fails', async () => {
    await using stage = createInstallStage();
    const nothing = await stage.install();
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain('could not fetch');
    stage.publish('1.0.0', release('1.0.0'));
    stage.files.set('latest/download/SHA256SUMS', Buffer.from('abc  something\n'));
    const missing = await stage.install();
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('has no line for');
    expect(leftovers(stage.dir)).toEqual([]);
  });

  test('a folder that is none, or that nobody can write to', async () => {
    await using stage = createInstallStage();
    stage.publish('1.0.0', release('1.0.0'));
    const file = stage.sandbox.write('file', '');
    const below = await stage.install(['--dir', join(file, 'bin')]);
    expect(below).toMatchObject({ code: 1 });
    expect(below.stderr).toContain("can't be made");
    // /proc takes no files, not even from root.
    const readOnly = await stage.install(['--dir', '/proc']);
    expect(readOnly).toMatchObject({ code: 1 });
    expect(readOnly.stderr).toContain("can't be written");
    mkdirSync(join(stage.dir, 'clauder'), { recursive: true });
    const taken = await stage.install();
    expect(taken.stderr).toContain('is a folder');
    expect(readdirSync(stage.dir)).toEqual(['clauder']);
  });

  test('without curl it uses wget; without gzip the plain file; without either it says so', async () => {
    await using stage = createInstallStage();
    stage.publish('1.0.0', release('1.0.0'));
    const without = (...tools: string[]) => {
      const bin = join(stage.sandbox.root, `bin-${tools.join('-')}`);
      mkdirSync(bin);
      for (const tool of readdirSync(stage.sandbox.bin)) {
        if (tools.includes(tool)) continue;
        const path = readlinkSync(join(stage.sandbox.bin, tool));
        writeFileSync(join(bin, tool), `#!/bin/sh\nexec ${path} "$@"\n`);
        chmodSync(join(bin, tool), 0o755);
      }
      return { env: { PATH: bin } };
    };
    const plain = await stage.install([], without('gzip'));
    expect(plain.code).toBe(0);
    expect(stage.requests.at(-1)).toBe(`latest/download/clauder-${platform()}`);
    const neither = await stage.install([], without('curl'));
    expect(neither.code).toBe(1);
    expect(neither.stderr).toContain('neither curl nor wget');
    const noSum = await stage.install([], without('sha256sum'));
    expect(noSum.code).toBe(1);
    expect(noSum.stderr).toContain('SHA-256');
    await expectInstalled(stage, '1.0.0');
  });

  test('systems that there is nothing for are named', async () => {
    await using stage = createInstallStage();
    for (const [answers, message] of [
      [{ '-s': 'FreeBSD', '-m': 'amd64' }, 'no executable for FreeBSD'],
      [{ '-s': 'Linux', '-m': 'riscv64' }, 'no executable for riscv64'],
      [{ '-s': 'MINGW64_NT-10.0', '-m': 'x86_64' }, 'install.ps1'],
    ] as const) {
      const fake = join(stage.sandbox.root, 'fake');
      mkdirSync(fake, { recursive: true });
      const script = `#!/bin/sh\ncase $1 in -s) echo ${answers['-s']};; -m) echo ${answers['-m']};; esac\n`;
      writeFileSync(join(fake, 'uname'), script);
      chmodSync(join(fake, 'uname'), 0o755);
      const failed = await stage.install([], { env: { PATH: `${fake}:${stage.sandbox.bin}` } });
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain(message);
    }
    expect(stage.requests).toEqual([]);
  });

  test('musl is told from glibc, and Apple silicon from its translation of x64', async () => {
    await using stage = createInstallStage();
    stage.sandbox.write('fake/uname', '');
    const asked = async (programs: Readonly<Record<string, string>>) => {
      const fake = join(stage.sandbox.root, 'fake');
      for (const [name, body] of Object.entries(programs)) {
        writeFileSync(join(fake, name), `#!/bin/sh\n${body}\n`);
        chmodSync(join(fake, name), 0o755);
      }
      await stage.install([], { env: { PATH: `${fake}:${stage.sandbox.bin}` } });
      return stage.requests.at(-1);
    };
    stage.files.set('latest/download/SHA256SUMS', Buffer.from(''));
    const uname = (system: string, machine: string) =>
      `case $1 in -s) echo ${system};; -m) echo ${machine};; esac`;
    const musl = 'echo "musl libc (x86_64)" >&2; exit 1';
    expect(await asked({ uname: uname('Linux', 'aarch64'), ldd: musl })).toEndWith(
      'linux-arm64-musl.gz',
    );
    const glibc = 'echo "ldd (GNU libc) 2.36"';
    expect(await asked({ uname: uname('Linux', 'x86_64'), ldd: glibc })).toEndWith('linux-x64.gz');
    const darwin = uname('Darwin', 'x86_64');
    expect(await asked({ uname: darwin, sysctl: 'echo 1' })).toEndWith('macos-arm64.gz');
    expect(await asked({ uname: darwin, sysctl: 'exit 1' })).toEndWith('macos-x64.gz');
    const failed = await stage.install([], {
      env: { PATH: `${join(stage.sandbox.root, 'fake')}:${stage.sandbox.bin}` },
    });
    expect(failed.stderr).toContain('could not fetch');
  });

  test('plain http is taken from this machine only, and a copy without a release says so', async () => {
    await using stage = createInstallStage();
    const env = { CC_ROUTE_DOWNLOAD_URL: 'http://example.invalid/latest/download' };
    expect((await stage.install([], { env })).stderr).toContain('no https address');
    const unset = await stage.install([], { env: { CC_ROUTE_DOWNLOAD_URL: '' } });
    expect(unset.stderr).toContain('belongs to no release');
  });

  test('a script that was cut anywhere does nothing', async () => {
    await using stage = createInstallStage();
    stage.publish('1.0.0', release('1.0.0'));
    const size = readFileSync(INSTALLER).length;
    for (let bytes = 0; bytes < size - 2; bytes += 100) {
      const { stdout } = await stage.install([], {
        script: truncatedInstaller(stage.sandbox, bytes),
      });
      expect(stdout).toBe('');
      expect(readdirSync(stage.sandbox.home)).toEqual([]);
    }
    expect(stage.requests).toEqual([]);
  });

  test('wrong use: the option is named', async () => {
    await using stage = createInstallStage();
    for (const args of [['--nonsense'], ['--dir'], ['--version', 'a/b']]) {
      const failed = await stage.install(args);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain(args.at(-1) ?? '');
    }
    expect((await stage.install(['--help'])).stdout).toContain('--uninstall');
    expect(lstatSync(stage.sandbox.home).isDirectory()).toBe(true);
    expect(readdirSync(stage.sandbox.home)).toEqual([]);
  });
});
