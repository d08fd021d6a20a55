import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };

/**
 * Fills in what a release knows and the repository doesn't: addresses, version and checksums go
 * into the installers and the package descriptions, which are written beside the executables.
 */
const TEMPLATES = ['install.sh', 'install.ps1', 'homebrew/clauder.rb', 'aur/PKGBUILD'];

const release = join(import.meta.dir, '../release');
const { values: options } = parseArgs({
  options: {
    /** `owner/name` on GitHub. */
    repository: { type: 'string' },
    /** Where `bun run compile:all` put the executables and SHA256SUMS. */
    out: { type: 'string', default: join(release, 'bin') },
  },
});
const { repository } = options;
const out = resolve(options.out);

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

if (repository === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repository)) {
  fail('--repository OWNER/NAME is needed.');
}

const sums = new Map(
  readFileSync(join(out, 'SHA256SUMS'), 'utf8')
    .split('\n')
    .map((line) => line.split('  ', 2))
    .map(([sum = '', file = '']) => [file, sum]),
);

const filled = (template: string): string =>
  template
    .replaceAll('@DOWNLOAD_URL@', `https://github.com/${repository}/releases/latest/download`)
    .replaceAll('@REPOSITORY@', repository)
    .replaceAll('@VERSION@', manifest.version)
    .replaceAll(
      /@SHA256:([\w.-]+)@/g,
      (_, file: string) => sums.get(file) ?? fail(`SHA256SUMS has no line for ${file}.`),
    );

for (const template of TEMPLATES) {
  const file = join(out, basename(template));
  writeFileSync(file, filled(readFileSync(join(release, template), 'utf8')));
  console.log(file);
}
