import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './record.ts';

/** Longer than any start takes; a lock of this age is nobody's, whoever has its process id now. */
const MAX_AGE_MS = 15_000;

/**
 * Takes the right to start the gateway, so that of several launchers one does. A lock whose owner
 * is dead is cleared away; the caller then tries again.
 *
 * The lock only saves work: where two owners slip through, the gateway's port decides.
 *
 * @returns the function that gives the lock back; `null`: somebody else has it
 */
export function takeStartLock(stateDir: string): (() => void) | null {
  const path = join(stateDir, 'start.lock');
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return () => {
      if (readOwner(path) === process.pid) rmSync(path, { force: true });
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (isStale(path)) clearStale(path);
  return null;
}

/** `null`: no lock, or one whose owner is about to write its id. */
function readOwner(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8')) || null;
  } catch {
    return null;
  }
}

function isStale(path: string): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs > MAX_AGE_MS) return true;
  } catch {
    return false;
  }
  const owner = readOwner(path);
  return owner !== null && !isAlive(owner);
}

/** Moved aside before it is judged again: another launcher may have put its own in this place. */
function clearStale(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (!isStale(aside)) linkSync(aside, path);
  } catch {
    // Somebody else cleared it, or took it, first: the next try shows.
  }
  rmSync(aside, { force: true });
}
