import { expect, test } from 'bun:test';
import { appendFileSync, chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findClientVersion, hasModelPicker } from '../../src/launcher/client-version.ts';
import { createSandbox } from '../support/sandbox.ts';

/** A `claude` that counts how often it was asked. */
function program(version: string) {
  const sandbox = createSandbox();
  const asked = join(sandbox.root, 'asked');
  const path = sandbox.write('bin/claude', `#!/bin/sh\necho x >> ${asked}\necho "${version}"\n`);
  chmodSync(path, 0o755);
  return {
    sandbox,
    path,
    ask: async (now = 0) => {
      const found = await findClientVersion(path, sandbox.root, sandbox.environment(), now);
      found.remember();
      return found.version;
    },
    times: () => (existsSync(asked) ? readFileSync(asked, 'utf8').split('x').length - 1 : 0),
    [Symbol.dispose]: () => sandbox[Symbol.dispose](),
  };
}

test('is asked once, until the program changes or a day has passed', async () => {
  using claude = program('2.1.330 (Claude Code)');
  expect(await claude.ask()).toBe('2.1.330');
  expect(await claude.ask(1000)).toBe('2.1.330');
  expect(claude.times()).toBe(1);
  expect(await claude.ask(86_400_001)).toBe('2.1.330');
  expect(claude.times()).toBe(2);
  appendFileSync(claude.path, 'echo changed\n');
  await claude.ask(86_400_002);
  expect(claude.times()).toBe(3);
  const cache = join(claude.sandbox.root, 'client-version.json');
  expect(statSync(cache).mode & 0o777).toBe(0o600);
});

test('a program that says something else has no version, and is asked again', async () => {
  using claude = program('claude: command moved');
  expect(await claude.ask()).toBeNull();
  expect(await claude.ask()).toBeNull();
  expect(claude.times()).toBe(2);
});

test('a broken cache is no obstacle', async () => {
  using claude = program('2.1.197 (Claude Code)');
  claude.sandbox.write('client-version.json', '{"version":');
  expect(await claude.ask()).toBe('2.1.197');
});

test.each([
  ['2.1.197', false],
  ['2.1.241', false],
  ['2.1.242', true],
  ['2.1.330', true],
  ['2.2.0', true],
  ['10.0.0', true],
  [null, null],
])('%p shows rows of the settings: %p', (version, expected) => {
  expect(hasModelPicker(version)).toBe(expected);
});
