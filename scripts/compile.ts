import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildExecutable, commit } from './compile/build.ts';
import { billOfMaterials } from './compile/sbom.ts';
import { chooseTargets, TARGETS, type CompileTarget } from './compile/targets.ts';

const HELP = `bun run compile [options]

Makes release/bin/clauder for this machine, and cc-route beside it.

  --all             every executable of a release: ${TARGETS.map(({ name }) => name).join(', ')}
  --target LIST     some of them, separated by commas; "darwin" is macOS, and an operating
                    system alone means all of its kinds
  --help            this text

With --all or --target the files are release/bin/clauder-<target>, each also compressed (.gz),
with SHA256SUMS and a bill of materials (sbom.cdx.json) beside them. The same commit gives the
same bytes. Nothing but the npm registry is reached, for Bun's executables of other systems.
`;

const folder = join(import.meta.dir, '../release/bin');
const isWindows = process.platform === 'win32';

/** The executable for this machine, and the link that gives it its second name. */
async function compileHere(): Promise<void> {
  const suffix = isWindows ? '.exe' : '';
  const outfile = join(folder, `clauder${suffix}`);
  await buildExecutable({ outfile });
  if (!isWindows) {
    const link = join(folder, 'cc-route');
    rmSync(link, { force: true });
    symlinkSync('clauder', link);
  }
  const started = Math.round(await startUpMs(outfile));
  console.log(`release/bin/clauder${suffix}: ${megabytes(outfile)} MB, starts in ${started} ms`);
}

async function compileFor(targets: readonly CompileTarget[]): Promise<void> {
  const made: string[] = [];
  for (const target of targets) {
    const { name, suffix } = target;
    const outfile = join(folder, `clauder-${name}${suffix}`);
    await buildExecutable({ target, outfile });
    // Without a name and a date in it, so that it is the same each time.
    const packed = Bun.gzipSync(readFileSync(outfile), { level: 9 });
    packed.fill(0, 4, 8);
    writeFileSync(`${outfile}.gz`, packed);
    made.push(outfile, `${outfile}.gz`);
    const sizes = `${megabytes(outfile)} MB, ${megabytes(`${outfile}.gz`)} MB compressed`;
    const started = runsHere(name) ? `, starts in ${Math.round(await startUpMs(outfile))} ms` : '';
    console.log(`release/bin/${basename(outfile)}: ${sizes}${started}`);
  }
  const bill = join(folder, 'sbom.cdx.json');
  writeFileSync(bill, await billOfMaterials(commit()));
  made.push(bill);
  writeFileSync(join(folder, 'SHA256SUMS'), made.map(checksumLine).join(''));
  console.log('release/bin/SHA256SUMS and sbom.cdx.json');
}

/** As `sha256sum` writes and checks it. */
function checksumLine(file: string): string {
  const sum = new Bun.CryptoHasher('sha256').update(readFileSync(file)).digest('hex');
  return `${sum}  ${basename(file)}\n`;
}

const megabytes = (file: string): number => Math.round(statSync(file).size / 1_048_576);

function runsHere(target: string): boolean {
  const system = { linux: 'linux', darwin: 'macos', win32: 'windows' }[process.platform as string];
  return target === `${system}-${process.arch}`;
}

/** The median time to print its help, in milliseconds: what every start costs at least. */
async function startUpMs(executable: string): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'cc-route-compile-'));
  const times = Array.from({ length: 7 }, () => {
    const started = performance.now();
    Bun.spawnSync([executable, '--proxy-only', '--help'], { cwd: home, env: { HOME: home } });
    return performance.now() - started;
  });
  await rm(home, { recursive: true });
  return times.sort((a, b) => a - b)[3] ?? 0;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean' },
      target: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  mkdirSync(folder, { recursive: true });
  if (values.all === true) await compileFor(TARGETS);
  else if (values.target !== undefined) await compileFor(chooseTargets(values.target));
  else await compileHere();
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
