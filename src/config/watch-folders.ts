import { type FSWatcher, watch } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { parse, resolve, sep } from 'node:path';

/** As many links as Linux follows in one path (`path_resolution(7)`). */
const MAX_LINKS = 40;

/**
 * The folders in which something has to change before a path can lead to other content: the one
 * that holds the file, and those that hold each link on the way. What isn't there yet is waited
 * for in the nearest folder that is.
 */
export async function foldersOf(path: string): Promise<string[]> {
  const folders = new Set<string>();
  let rest = resolve(path);
  for (let links = 0; links <= MAX_LINKS; links += 1) {
    const link = await firstLink(rest, folders);
    if (link === null) break;
    rest = link;
  }
  return [...folders];
}

/** Follows the first link of a path; `null`: there is none. Notes the folders that decide. */
async function firstLink(path: string, folders: Set<string>): Promise<string | null> {
  const { root } = parse(path);
  const names = path.slice(root.length).split(sep).filter(Boolean);
  let folder = root;
  for (const [index, name] of names.entries()) {
    const here = resolve(folder, name);
    const isLast = index === names.length - 1;
    const status = await lstat(here).catch(() => null);
    if (status?.isSymbolicLink() === true) {
      folders.add(folder);
      const to = await readlink(here).catch(() => null);
      return to === null ? null : resolve(folder, to, ...names.slice(index + 1));
    }
    if (isLast || status === null) {
      folders.add(folder);
      return null;
    }
    folder = here;
  }
  return null;
}

interface Watched {
  readonly watcher: FSWatcher;
  /** A folder that was deleted and made again has another one. */
  readonly identity: string;
}

/**
 * Watches the folders that decide about a file. A file itself can't be watched for long: editors
 * replace it, and the watch stays with the old one.
 */
export class FolderWatch {
  readonly #path: string;
  readonly #onEvent: () => void;
  readonly #watched = new Map<string, Watched>();
  #stopped = false;

  constructor(path: string, onEvent: () => void) {
    this.#path = path;
    this.#onEvent = onEvent;
  }

  /** Looks where the path leads now. What can't be watched is left to the caller's own looks. */
  async refresh(): Promise<void> {
    const folders = await foldersOf(this.#path);
    const identities = await Promise.all(folders.map(identityOf));
    if (this.#stopped) return;
    for (const folder of this.#watched.keys()) if (!folders.includes(folder)) this.#drop(folder);
    for (const [index, folder] of folders.entries()) {
      const identity = identities[index] ?? null;
      if (this.#watched.get(folder)?.identity === identity) continue;
      this.#drop(folder);
      if (identity !== null) this.#add(folder, identity);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const folder of this.#watched.keys()) this.#drop(folder);
  }

  #add(folder: string, identity: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, this.#onEvent);
      watcher.on('error', () => this.#drop(folder));
      this.#watched.set(folder, { watcher, identity });
    } catch {
      // Gone again, not ours to read, or the system's watches are used up.
    }
  }

  #drop(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
  }
}

async function identityOf(folder: string): Promise<string | null> {
  const status = await stat(folder).catch(() => null);
  return status && `${status.dev}:${status.ino}`;
}
