import { mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes `release/bin/clauder` for this machine, and the link that gives it its second name. */
const root = join(import.meta.dir, '..');
const folder = join(root, 'release/bin');
const suffix = process.platform === 'win32' ? '.exe' : '';
const executable = join(folder, `clauder${suffix}`);
const alias = join(folder, `cc-route${suffix}`);

/** The short commit, with a mark where the tree differs from it; empty outside a clone. */
function commit(): string {
  const git = Bun.spawnSync(['git', 'describe', '--always', '--dirty', '--exclude=*'], {
    cwd: root,
    stderr: 'ignore',
  });
  return git.success ? git.stdout.toString().trim() : '';
}

/** The median time to print its help, in milliseconds: what every start costs at least. */
async function startUpMs(): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'cc-route-compile-'));
  const times = Array.from({ length: 7 }, () => {
    const started = performance.now();
    Bun.spawnSync([executable, '--proxy-only', '--help'], { cwd: home, env: { HOME: home } });
    return performance.now() - started;
  });
  await rm(home, { recursive: true });
  return times.sort((a, b) => a - b)[3] ?? 0;
}

mkdirSync(folder, { recursive: true });
const build = await Bun.build({
  entrypoints: [join(root, 'src/main.ts')],
  // The folder it is started in is somebody else's: nothing in it may change what it does.
  compile: {
    outfile: executable,
    autoloadBunfig: false,
    autoloadDotenv: false,
    autoloadPackageJson: false,
    autoloadTsconfig: false,
  },
  format: 'esm',
  bytecode: true,
  // What is imported lazily stays on its own: a start reads only what it needs.
  splitting: true,
  minify: true,
  define: { CC_ROUTE_COMMIT: JSON.stringify(commit()) },
  throw: false,
});
if (!build.success) {
  console.error(build.logs.map(String).join('\n'));
  process.exit(1);
}
if (suffix === '') {
  rmSync(alias, { force: true });
  symlinkSync('clauder', alias);
}
const megabytes = Math.round(statSync(executable).size / 1_048_576);
console.log(
  `release/bin/clauder${suffix}: ${megabytes} MB, starts in ${Math.round(await startUpMs())} ms`,
);
