import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { CompileTarget } from './targets.ts';

const root = join(import.meta.dir, '../..');

export interface BuildRequest {
  /** Absent: this machine, and no release. */
  readonly target?: CompileTarget;
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
export async function buildExecutable({ target, outfile }: BuildRequest): Promise<void> {
  const folder = join(outfile, '..');
  mkdirSync(folder, { recursive: true });
  const workshop = mkdtempSync(join(folder, '.compile-'));
  try {
    const draft = join(workshop, `clauder${extname(outfile)}`);
    const build = await Bun.build({
      entrypoints: [join(root, 'src/main.ts')],
      // The folder it is started in is somebody else's: nothing in it may change what it does.
      compile: {
        outfile: draft,
        autoloadBunfig: false,
        autoloadDotenv: false,
        autoloadPackageJson: false,
        autoloadTsconfig: false,
        ...(target === undefined ? {} : { target: target.bun }),
      },
      format: 'esm',
      bytecode: true,
      minify: true,
      splitting: true,
      define: {
        CC_ROUTE_COMMIT: JSON.stringify(commit()),
        CC_ROUTE_TARGET: JSON.stringify(
          target === undefined ? '' : `${target.name}${target.suffix}`,
        ),
        CC_ROUTE_DOWNLOAD_URL: JSON.stringify(process.env['CC_ROUTE_DOWNLOAD_URL'] ?? ''),
      },
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
