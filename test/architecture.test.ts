import { expect, test } from 'bun:test';
import { join } from 'node:path';

/** What each folder of `src` may import besides itself. A folder that isn't here has no place yet. */
const BASE = ['core', 'lib'];
const DATA = ['providers', 'version.ts', ...BASE];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['cli', 'launcher', 'http', 'config', ...DATA],
  cli: ['launcher', 'mmodel', 'http', 'gateway', 'config', 'telemetry', 'usage', ...DATA],
  launcher: ['config', ...DATA],
  http: ['gateway', 'config', 'telemetry', 'usage', ...DATA],
  gateway: [
    'policies',
    'upstream',
    'tokens',
    'documents',
    'wire',
    'config',
    'telemetry',
    'usage',
    ...DATA,
  ],
  policies: ['upstream', 'tokens', 'documents', 'wire', 'telemetry', 'usage', ...DATA],
  upstream: ['wire', 'telemetry', ...DATA],
  tokens: ['wire', ...DATA],
  documents: [],
  config: DATA,
  usage: ['telemetry', ...DATA],
  telemetry: DATA,
  wire: DATA,
  providers: BASE,
  mmodel: BASE,
  core: ['lib'],
  lib: [],
  'version.ts': [],
};

/** Folders that only compute: what they may take from the platform. */
const PURE = new Set(['core', 'mmodel', 'wire', 'providers']);
const PURE_MODULES = /^node:(?:crypto|util|buffer)$/u;
const IMPURE_CALLS =
  /\bfetch\(|\bconsole\.(?:log|info|warn|error|debug)\(|\bprocess\.|\bset(?:Timeout|Interval)\(|\bBun\.(?!JSON|hash|CryptoHasher|stringWidth|inspect)/u;

/** `Bun.Transpiler` leaves out imports of types, which have to point the same way. */
const SPECIFIER = /(?:\bfrom|\bimport\s*\(|\bimport)\s*'([^']+)'/gu;
const root = join(import.meta.dir, '../src');
const files = [...new Bun.Glob('**/*.{ts,tsx}').scanSync(root)]
  .filter((file) => !file.endsWith('.d.ts'))
  .sort();
const source = new Map(
  await Promise.all(
    files.map(async (file) => [file, await Bun.file(join(root, file)).text()] as const),
  ),
);
const folderOf = (file: string) => file.split('/', 1)[0] ?? file;
const importsOf = (file: string) =>
  [...(source.get(file) ?? '').matchAll(SPECIFIER)].map((match) => match[1] ?? '');
const resolve = (file: string, specifier: string) => join(file, '..', specifier);
const localImports = (file: string) =>
  importsOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(file, specifier))
    .filter((target) => !target.startsWith('..'));

test('every folder of src has its place in the table', () => {
  expect(files.length).toBeGreaterThan(40);
  expect(files.map(folderOf).filter((folder) => MAY_IMPORT[folder] === undefined)).toEqual([]);
});

test('imports point one way, those of types too', () => {
  const wrong = files.flatMap((file) =>
    localImports(file)
      .map(folderOf)
      .filter(
        (folder) =>
          folder !== folderOf(file) && MAY_IMPORT[folderOf(file)]?.includes(folder) !== true,
      )
      .map((folder) => `${file} imports ${folder}`),
  );
  expect(wrong).toEqual([]);
});

test('core, wire and providers do no input or output', () => {
  const pure = files.filter((file) => PURE.has(folderOf(file)));
  const modules = pure.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => /^(?:node:|bun)/u.test(specifier) && !PURE_MODULES.test(specifier))
      .map((specifier) => `${file} imports ${specifier}`),
  );
  const calls = pure.flatMap((file) =>
    (source.get(file) ?? '')
      .split('\n')
      .filter((line) => !/^\s*(?:\*|\/\/|\/\*)/u.test(line) && IMPURE_CALLS.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect([...modules, ...calls]).toEqual([]);
});

test('everything in src is registered: main.ts reaches it', () => {
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    localImports(file).forEach(visit);
  };
  visit('main.ts');
  expect(files.filter((file) => !reached.has(file))).toEqual([]);
});

test('no file of src is over 300 lines, tables of data aside', () => {
  const long = files
    .filter((file) => file !== 'providers/catalog.ts')
    .filter((file) => (source.get(file) ?? '').split('\n').length > 301);
  expect(long).toEqual([]);
});
