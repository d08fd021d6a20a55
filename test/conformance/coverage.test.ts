import { expect, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VECTORS } from './vectors.ts';

/** The table of rules in `src/wire/README.md` names everything there is, and nothing else. */
const TESTS = join(import.meta.dir, '..');
const readme = await Bun.file(join(TESTS, '../src/wire/README.md')).text();
const table = readme.slice(readme.indexOf('## Rules and what holds them'));
const named = new Set(
  table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => Array.from((line.split('|').at(-2) ?? '').matchAll(/`([^`]+)`/gu)))
    .map((match) => match[1] ?? ''),
);
const vectors = VECTORS.map(({ name }) => name);
const fixtures = readdirSync(join(TESTS, 'fixtures/openai-chat'));

test('every vector and every fixture stands in the table', () => {
  expect([...vectors, ...fixtures].filter((name) => !named.has(name))).toEqual([]);
});

test('every name in the table exists', () => {
  const isFile = (name: string) =>
    existsSync(join(TESTS, name.includes('/') ? name : `wire/openai-chat/${name}`));
  const known = new Set([...vectors, ...fixtures]);
  expect([...named].filter((name) => !known.has(name) && !isFile(name))).toEqual([]);
  expect(named.size).toBeGreaterThan(80);
});

test('every test of the format stands in the table', () => {
  const files = readdirSync(join(TESTS, 'wire/openai-chat'));
  expect(files.filter((name) => !named.has(name))).toEqual([]);
});
