import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { TARGETS, type CompileTarget } from './compile/targets.ts';

/**
 * Makes the folders that `npm publish` takes: one package for each executable
 * that `bun run compile:all` made, and the package that users install, which names them as optional
 * dependencies. npm takes the one that fits the machine; nothing is run at installation.
 */
const root = join(import.meta.dir, '..');
const { values: options } = parseArgs({
  options: {
    /** Where `bun run compile:all` put the executables. */
    executables: { type: 'string', default: join(root, 'release/bin') },
    out: { type: 'string', default: join(root, 'release/bin/npm') },
    /**
     * `owner/name` on GitHub. npm refuses packages with provenance that don't name the repository
     * which they come from (https://docs.npmjs.com/generating-provenance-statements).
     */
    repository: { type: 'string', default: process.env['GITHUB_REPOSITORY'] ?? '' },
  },
});
const executables = resolve(options.executables);
const out = resolve(options.out);
const { repository } = options;
const { name, version, description, keywords, license } = manifest;

/** npm's words for a system. */
const NODE_SYSTEMS: Readonly<Record<string, string>> = {
  linux: 'linux',
  macos: 'darwin',
  windows: 'win32',
};

function platformPackage({ name: target, suffix }: CompileTarget): string | null {
  const source = join(executables, `clauder-${target}${suffix}`);
  if (!existsSync(source)) return null;
  const [system = '', cpu, libc = 'glibc'] = target.split('-');
  const folder = join(out, `${name}-${target}`);
  mkdirSync(folder, { recursive: true });
  const file = `clauder${suffix}`;
  copyFileSync(source, join(folder, file));
  chmodSync(join(folder, file), 0o755);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  write(folder, 'README.md', `# ${name}-${target}\n\nThe executable of ${name} for ${target}.\n`);
  writeManifest(folder, {
    name: `${name}-${target}`,
    version,
    description: `${description} (${target})`,
    license,
    os: [NODE_SYSTEMS[system]],
    cpu: [cpu],
    ...(system === 'linux' ? { libc: [libc] } : {}),
    files: [file],
    preferUnplugged: true,
  });
  return `${name}-${target}`;
}

function mainPackage(platforms: readonly string[]): void {
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  for (const file of ['run.mjs', 'clauder.mjs', 'cc-route.mjs']) {
    copyFileSync(join(root, 'release/npm', file), join(folder, file));
  }
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  write(folder, 'README.md', readme.replaceAll('OWNER/NAME', repository || 'OWNER/NAME'));
  writeManifest(folder, {
    name,
    version,
    description,
    keywords,
    license,
    type: 'module',
    bin: { clauder: 'clauder.mjs', 'cc-route': 'cc-route.mjs' },
    files: ['*.mjs'],
    engines: { node: '>=18' },
    optionalDependencies: Object.fromEntries(platforms.map((platform) => [platform, version])),
  });
}

function writeManifest(folder: string, content: object): void {
  const source =
    repository === ''
      ? {}
      : { repository: { type: 'git', url: `git+https://github.com/${repository}.git` } };
  write(folder, 'package.json', `${JSON.stringify({ ...content, ...source }, null, 2)}\n`);
}

function write(folder: string, file: string, content: string): void {
  writeFileSync(join(folder, file), content);
}

rmSync(out, { recursive: true, force: true });
const platforms = TARGETS.map(platformPackage).filter((one) => one !== null);
if (platforms.length === 0) {
  console.error(`${executables} has no executables of a release. First: bun run compile:all`);
  process.exit(1);
}
mainPackage(platforms);
console.log(`${out}: ${[name, ...platforms].join(', ')}`);
