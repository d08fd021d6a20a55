import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Files } from './plugin-files.ts';

const NAME = /^plugin-[0-9a-f]{16}$/u;

/** Longer than any session lasts, in milliseconds: nobody reads a folder that old any more. */
const MAX_AGE_MS = 30 * 86_400_000;

/**
 * Puts files into a folder of their own inside the state folder, readable by this user only. The
 * folder is named after what is in it, so sessions of the same configuration share one, and none
 * changes under a session that reads it. Folders that no session used for a month are removed.
 *
 * @returns the folder's path
 */
export function writePluginFolder(stateDir: string, files: Files, now: Date): string {
  const digest = new Bun.CryptoHasher('sha256').update(JSON.stringify(Object.entries(files)));
  const path = join(stateDir, `plugin-${digest.digest('hex').slice(0, 16)}`);
  if (!holds(path, files)) {
    const draft = `${path}.${process.pid}.tmp`;
    writeFiles(draft, files);
    if (!movedTo(draft, path) && !holds(path, files)) {
      // Damaged: it is moved away first, for no folder can be put in the place of another.
      movedTo(path, `${draft}.old`);
      movedTo(draft, path);
    }
    for (const left of [draft, `${draft}.old`]) rmSync(left, { recursive: true, force: true });
  }
  utimesSync(path, now, now);
  sweep(stateDir, now);
  return path;
}

/** Whether a folder could be moved; not where one stands already, such as another launcher's. */
function movedTo(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

/** Writes files into a new folder, for this user alone. */
export function writeFiles(folder: string, files: Files): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode: 0o600 });
  }
}

/** Whether a folder has these files just as they are. */
export function holds(folder: string, files: Files): boolean {
  try {
    return Object.entries(files).every(
      ([name, content]) => readFileSync(join(folder, name), 'utf8') === content,
    );
  } catch {
    return false;
  }
}

function sweep(stateDir: string, now: Date): void {
  for (const name of readdirSync(stateDir)) {
    if (!NAME.test(name)) continue;
    const path = join(stateDir, name);
    const age =
      now.getTime() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now.getTime());
    if (age > MAX_AGE_MS) rmSync(path, { recursive: true, force: true });
  }
}
