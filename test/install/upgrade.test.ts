import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { TARGETS } from '../../scripts/compile/targets.ts';
import { run } from '../support/run.ts';
import {
  createInstallStage,
  executable,
  platform,
  release,
  type InstallStage,
} from './release-server.ts';

setDefaultTimeout(120_000);

const root = join(import.meta.dir, '../..');
const supported = TARGETS.some(({ name }) => name === platform()) && process.platform === 'linux';
const workshop = mkdtempSync(join(tmpdir(), 'cc-route-upgrade-'));
const builds = { old: join(workshop, 'old'), new: join(workshop, 'new') };

/** Two executables of a release, which tell themselves apart by their commit. */
beforeAll(async () => {
  if (!supported) return;
  for (const [commit, outfile] of Object.entries(builds)) {
    const code = `
      import { buildExecutable } from ${JSON.stringify(join(root, 'scripts/compile/build.ts'))};
      import { chooseTargets } from ${JSON.stringify(join(root, 'scripts/compile/targets.ts'))};
      const [target] = chooseTargets(${JSON.stringify(platform())});
      // This machine's own Bun: the one of a release would have to be fetched.
      const here = { ...target, bun: 'bun-linux-' + process.arch };
      await buildExecutable({ target: here, outfile: ${JSON.stringify(outfile)} });`;
    const built = await run([process.execPath, '-e', code], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', HOME: workshop, CC_ROUTE_COMMIT: commit },
    });
    expect(built).toMatchObject({ code: 0 });
  }
});

afterAll(() => rmSync(workshop, { recursive: true, force: true }));

interface Installed {
  readonly file: string;
  readonly call: (...args: string[]) => ReturnType<typeof run>;
  readonly version: () => Promise<string>;
}

function installed(stage: InstallStage, dir = stage.dir): Installed {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'clauder');
  copyFileSync(builds.old, file);
  const { url } = stage;
  const call = (...args: string[]) =>
    run([file, 'route', ...args], {
      cwd: stage.sandbox.project,
      env: stage.sandbox.environment({ CC_ROUTE_DOWNLOAD_URL: url }),
    });
  return { file, call, version: async () => (await call('--version')).stdout.trim() };
}

test.if(supported)(
  'it takes the latest release, keeps the one before, and can go back',
  async () => {
    await using stage = createInstallStage();
    stage.publish('9.9.9', release('9.9.9', readFileSync(builds.new)));
    const { call, version, file } = installed(stage);
    expect(await version()).toEndWith('(old)');

    const asked = await call('upgrade', '--check');
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.stdout).toContain('cc-route upgrade');
    expect(await version()).toEndWith('(old)');

    const done = await call('upgrade', '--json');
    expect(done).toMatchObject({ code: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({ result: 'upgraded' });
    expect(await version()).toEndWith('(new)');
    expect(readdirSync(join(file, '..'))).toEqual(['clauder']);
    expect((await call('upgrade')).stdout).toContain('up to date');

    expect((await call('upgrade', '--rollback')).code).toBe(0);
    expect(await version()).toEndWith('(old)');
    expect((await call('upgrade', '--rollback')).code).toBe(0);
    expect(await version()).toEndWith('(new)');
  },
);

test.if(supported)(
  'what is not as the release says, or does not start, changes nothing',
  async () => {
    await using stage = createInstallStage();
    const { call, version, file } = installed(stage);
    const tampered = release('9.9.9', readFileSync(builds.new));
    tampered.set(`clauder-${platform()}.gz`, Bun.gzipSync(Buffer.from(executable('9.9.9'))));
    const cases = [
      [new Map<string, Uint8Array>(), 'SHA256SUMS'],
      [new Map([['SHA256SUMS', Buffer.from('nothing\n')]]), 'has no line for'],
      [tampered, 'is not what the release says'],
      [release('9.9.9', executable('9.9.9', 1)), 'does not start'],
      [release('9.9.9', '#!/bin/sh\necho something else\n'), 'does not start'],
    ] as const;
    for (const [files, message] of cases) {
      stage.publish('9.9.9', files);
      const failed = await call('upgrade');
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain(message);
      expect(await version()).toEndWith('(old)');
      expect(readdirSync(join(file, '..'))).toEqual(['clauder']);
    }
    const nothing = await call('upgrade', '--rollback');
    expect(nothing).toMatchObject({ code: 1 });
    expect(nothing.stderr).toContain('no earlier version');
    expect((await call('upgrade', '--version', 'latest')).code).toBe(2);
  },
);

test.if(supported)('what npm installed is left to npm', async () => {
  await using stage = createInstallStage();
  stage.publish('9.9.9', release('9.9.9', readFileSync(builds.new)));
  const { call, version } = installed(stage, join(stage.sandbox.root, 'node_modules/x'));
  const left = await call('upgrade');
  expect(left.code).toBe(1);
  expect(left.stderr).toContain('npm install -g');
  expect(await version()).toEndWith('(old)');
  expect(existsSync(join(stage.sandbox.home, '.local/state/cc-route/previous'))).toBe(false);
});
