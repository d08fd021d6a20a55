import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dir, '../..');

export interface BuildRequest {
  /** Bun's name of the target; absent: this machine. */
  readonly target?: Bun.Build.CompileTarget;
  /** `.exe` where the target is Windows. */
  readonly suffix: '' | '.exe';
  /** The finished file. */
  readonly outfile: string;
}

/**
 * Makes one executable. The same sources at the same commit give the same bytes, wherever the
 * clone lies and whatever the file is called: an executable holds the name that it was made under,
 * so all are made as `clauder` and then moved, which also leaves no half-written file behind.
 *
 * @throws Error with Bun's messages
 */
export async function buildExecutable({ target, suffix, outfile }: BuildRequest): Promise<void> {
  const folder = join(outfile, '..');
  mkdirSync(folder, { recursive: true });
  const workshop = mkdtempSync(join(folder, '.compile-'));
  try {
    const draft = join(workshop, `clauder${suffix}`);
    const build = await Bun.build({
      entrypoints: [join(root, 'src/main.ts')],
      // The folder it is started in is somebody else's: nothing in it may change what it does.
      compile: {
        outfile: draft,
        autoloadBunfig: false,
        autoloadDotenv: false,
        autoloadPackageJson: false,
        autoloadTsconfig: false,
        ...(target === undefined ? {} : { target }),
      },
      format: 'esm',
      bytecode: true,
      minify: true,
      define: { CC_ROUTE_COMMIT: JSON.stringify(commit()) },
      throw: false,
    });
    if (!build.success) throw new Error(build.logs.map(String).join('\n'));
    chmodSync(draft, 0o755);
    renameSync(draft, outfile);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/**
 * The short commit, with a mark where the tree differs from it; empty outside a clone, unless
 * CC_ROUTE_COMMIT says it.
 */
export function commit(): string {
  const given = process.env['CC_ROUTE_COMMIT'];
  if (given) return given;
  const git = Bun.spawnSync(
    ['git', 'describe', '--always', '--abbrev=12', '--dirty', '--exclude=*'],
    { cwd: root, stderr: 'ignore' },
  );
  return git.success ? git.stdout.toString().trim() : '';
}
