import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The version that most tests drive; CC_ROUTE_TEST_CLAUDE may name another. */
export const CURRENT = process.env['CC_ROUTE_TEST_CLAUDE'] ?? '2.1.330';

/** One that can't show rows of the settings in `/model`. */
export const OLDER = '2.1.197';

const cacheRoot = () =>
  process.env['CC_ROUTE_TEST_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cc-route-test');

const installation = (version: string) => join(cacheRoot(), `claude-${version}`);

/** The packages that may hold the native program for this machine, the likelier first. */
function programs(folder: string): string[] {
  const system = process.platform === 'win32' ? 'win32' : process.platform;
  const name = process.platform === 'win32' ? 'claude.exe' : 'claude';
  return ['', '-musl'].map((libc) =>
    join(
      folder,
      'node_modules/@anthropic-ai',
      `claude-code-${system}-${process.arch}${libc}`,
      name,
    ),
  );
}

const installed = (folder: string) => programs(folder).find((path) => existsSync(path)) ?? null;

/** The path of the cached client, or `null` where it has yet to be installed. */
export const findClaude = (version = CURRENT): string | null => installed(installation(version));

/**
 * Installs the pinned Claude Code into the cache, once per version; later calls only look.
 *
 * The package's own install script isn't run: the program for this machine is an optional
 * dependency and is used where it lies.
 * @throws Error where the registry can't be reached or has nothing for this machine.
 */
async function installClaude(version: string): Promise<string> {
  const present = findClaude(version);
  if (present !== null) return present;
  const target = installation(version);
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(`${target}.`);
  try {
    await Bun.write(join(staging, 'package.json'), '{"private":true}\n');
    const add = Bun.spawn(
      [
        process.execPath,
        'add',
        '--exact',
        '--ignore-scripts',
        `@anthropic-ai/claude-code@${version}`,
      ],
      { cwd: staging, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' },
    );
    const problem = await new Response(add.stderr).text();
    if ((await add.exited) !== 0) {
      throw new Error(`Claude Code ${version} could not be installed:\n${problem}`);
    }
    if (installed(staging) === null) {
      throw new Error(
        `Claude Code ${version} has no program for ${process.platform} ${process.arch}`,
      );
    }
    // Another run may have been faster; its copy is as good.
    await rename(staging, target).catch((error: unknown) => {
      if (findClaude(version) === null) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const path = findClaude(version);
  if (path === null) throw new Error('the installed Claude Code is gone again');
  return path;
}

if (import.meta.main) {
  for (const version of [CURRENT, OLDER]) {
    if (findClaude(version) === null)
      console.error(`installing Claude Code ${version} for the tests`);
    console.log(await installClaude(version));
  }
}
