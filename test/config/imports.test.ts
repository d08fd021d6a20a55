import { expect, test } from 'bun:test';
import { dirname, join } from 'node:path';

const transpiler = new Bun.Transpiler({ loader: 'ts' });

/** Everything that is loaded with a file, as far as no `await import()` is met. */
async function loadedWith(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of transpiler.scanImports(await Bun.file(file).text())) {
    if (kind !== 'import-statement') continue;
    if (path.startsWith('.')) await loadedWith(join(dirname(file), path), seen);
    else seen.add(path);
  }
  return seen;
}

test('a start without a configuration file loads no schema library and no parser', async () => {
  const loaded = await loadedWith(join(import.meta.dir, '../../src/config/load.ts'));
  expect([...loaded].filter((name) => !name.startsWith('/') && !name.startsWith('node:'))).toEqual(
    [],
  );
});
