import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a folder, and what is in it. */
export function readTree(folder: string): ReadonlyMap<string, string> {
  const glob = new Bun.Glob('**/*');
  const files = [...glob.scanSync({ cwd: folder, dot: true, onlyFiles: true })].sort();
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), 'latin1')]));
}
