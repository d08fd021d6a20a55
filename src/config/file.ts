import { readFile, stat } from 'node:fs/promises';

/** What came of a file. `invalid`: it is there, but no text can be had; `problem` says why. */
export type ReadResult =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Others than the owner may read or change it. Always false on Windows. */
      readonly exposed: boolean;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly problem: string };

/** A configuration is written by hand; anything larger is another kind of file. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

const invalid = (problem: string): ReadResult => ({ kind: 'invalid', problem });

/** Reads a configuration file as UTF-8, without its byte order mark. Links are followed. */
export async function readConfigFile(path: string): Promise<ReadResult> {
  let bytes: Uint8Array;
  let mode: number;
  try {
    const status = await stat(path);
    if (status.isDirectory()) return invalid('this is a folder, not a file');
    if (status.size > MAX_FILE_BYTES) return invalid('too large for a configuration file');
    ({ mode } = status);
    bytes = await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    if (code === 'EACCES' || code === 'EPERM') return invalid("can't be read: permission denied");
    return invalid(`can't be read${code === '' ? '' : ` (${code})`}`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { kind: 'text', text, exposed: process.platform !== 'win32' && (mode & 0o077) !== 0 };
  } catch {
    return invalid('this is no UTF-8 text; save it with that encoding');
  }
}

/** Whether two reads found the same. Modes and times don't matter. */
export function sameContent(one: ReadResult, other: ReadResult): boolean {
  if (one.kind === 'text') return other.kind === 'text' && one.text === other.text;
  if (one.kind === 'invalid') return other.kind === 'invalid' && one.problem === other.problem;
  return other.kind === 'absent';
}
