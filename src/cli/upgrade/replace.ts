import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UpgradeError } from './release.ts';

/** Where the version before is kept, inside of the state folder. */
const PREVIOUS = 'previous';

/** Folders of package managers, which want to do it themselves, and how. */
const MANAGED: readonly (readonly [RegExp, string])[] = [
  [/[/\\]node_modules[/\\]/, 'npm installed it: npm install -g cc-route-proxy@latest'],
  [/[/\\](?:Cellar|homebrew|linuxbrew)[/\\]/i, 'Homebrew installed it: brew upgrade clauder'],
  [/^\/(?:usr\/bin|nix|snap)\//, 'a package manager installed it; upgrade it there'],
];

/**
 * The file that an upgrade replaces: this executable, whatever link it was started by.
 * @throws UpgradeError where it belongs to a package manager, or can't be replaced
 */
export function replaceableFile(execPath: string): string {
  const file = realpathSync(execPath);
  const managed = MANAGED.find(([pattern]) => pattern.test(file));
  if (managed !== undefined) throw new UpgradeError(`${file}: ${managed[1]}`);
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch {
    throw new UpgradeError(
      `you may not write to ${dirname(file)}. Whoever installed it there has to upgrade it.`,
    );
  }
  return file;
}

/**
 * Puts a new executable into the file's place, once it has answered. The old one is kept, and put
 * back where the new one doesn't answer in its place either.
 *
 * @returns what the new one says of its version
 * @throws UpgradeError; the file is as it was then
 */
export function replaceExecutable(file: string, bytes: Uint8Array, stateDir: string): string {
  const workshop = mkdtempSync(join(dirname(file), '.cc-route-upgrade-'));
  try {
    const draft = join(workshop, basename(file));
    writeFileSync(draft, bytes, { mode: 0o755 });
    askVersion(draft);
    keepPrevious(file, stateDir);
    moveIntoPlace(draft, file, workshop);
    try {
      return askVersion(file);
    } catch (error) {
      moveIntoPlace(join(stateDir, PREVIOUS, basename(file)), file, workshop);
      throw error;
    }
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/**
 * Puts the version before back; the present one becomes the one before.
 * @returns what it says of its version
 * @throws UpgradeError where none was kept
 */
export function rollBack(file: string, stateDir: string): string {
  const previous = join(stateDir, PREVIOUS, basename(file));
  if (!existsSync(previous)) {
    throw new UpgradeError('no earlier version is kept here; choose one by --version.');
  }
  return replaceExecutable(file, readFileSync(previous), stateDir);
}

/** @throws UpgradeError where it doesn't start, or is something else */
function askVersion(executable: string): string {
  const child = Bun.spawnSync([executable, 'route', '--version'], {
    stdin: 'ignore',
    timeout: 20_000,
  });
  const answer = child.stdout.toString().trim();
  if (child.success && answer.startsWith('cc-route ')) return answer;
  const said = `${answer}\n${child.stderr.toString()}`.trim().slice(0, 300);
  throw new UpgradeError(`the new executable does not start here; nothing was changed. ${said}`);
}

function keepPrevious(file: string, stateDir: string): void {
  const folder = join(stateDir, PREVIOUS);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${basename(file)}.${process.pid}.tmp`);
  copyFileSync(file, draft, constants.COPYFILE_FICLONE);
  renameSync(draft, join(folder, basename(file)));
}

/** A running executable can be replaced by renaming; on Windows it must be moved away first. */
function moveIntoPlace(from: string, to: string, workshop: string): void {
  const source = join(workshop, 'next');
  copyFileSync(from, source, constants.COPYFILE_FICLONE);
  if (process.platform === 'win32') renameSync(to, `${to}.${process.pid}.old`);
  renameSync(source, to);
}
