import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './record.ts';

const NAME = /^session-(\d+)(?:\.\w+)?\.json$/u;

/** A file for the life of a session. */
export interface SessionFile {
  readonly path: string;
  remove(): void;
}

/**
 * Writes a session's settings or agents where only this user can read them: what stands on a
 * command line, everybody on the machine can. Files of sessions that died are removed at this
 * occasion.
 */
export function writeSessionFile(
  stateDir: string,
  kind: 'settings' | 'agents',
  text: string,
): SessionFile {
  sweep(stateDir);
  const path = join(stateDir, `session-${process.pid}.${kind}.json`);
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  return { path, remove: () => rmSync(path, { force: true }) };
}

function sweep(stateDir: string): void {
  for (const name of readdirSync(stateDir)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(stateDir, name), { force: true });
  }
}

/** A text file's content; `null` where there is none. */
export function readTextFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
