import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCcSwitch } from './cc-switch.ts';
import { readClaudeCodeRouter } from './claude-code-router.ts';
import type { Found } from './found.ts';

/** A program whose configuration can be taken over. */
interface Source {
  /** As it is typed after `cc-route import`. */
  readonly name: string;
  /** Where it keeps its configuration, below the home folder; the first that exists is read. */
  readonly files: readonly string[];
  readonly read: (bytes: Uint8Array, file: string) => Found;
}

export const SOURCES: readonly Source[] = [
  {
    name: 'claude-code-router',
    files: ['.claude-code-router/config.json'],
    read: (bytes, file) => readClaudeCodeRouter(Buffer.from(bytes).toString('utf8'), file),
  },
  {
    name: 'cc-switch',
    files: ['.cc-switch/cc-switch.db', '.cc-switch/config.json'],
    read: readCcSwitch,
  },
];

/** The file of a source on this machine; `null`: it was never set up here. */
export function findSourceFile({ files }: Source, home: string | null): string | null {
  if (home === null) return null;
  return files.map((file) => join(home, file)).find((file) => existsSync(file)) ?? null;
}

/** @throws Error that names the file where it can't be read */
export function readSource({ read }: Source, file: string): Found {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Error(`${file} can't be read (${code})`, { cause: error });
  }
  return read(bytes, file);
}
