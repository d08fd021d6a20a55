import { expect, test } from 'bun:test';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findClaude } from '../../src/launcher/find-claude.ts';
import { LaunchError } from '../../src/launcher/launch-error.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

function program(sandbox: Sandbox, name: string): string {
  const path = sandbox.write(name, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

function find(sandbox: Sandbox, env: Readonly<Record<string, string>> = {}) {
  const { home, project, bin } = sandbox;
  const options = { cwd: project, self: join(sandbox.root, 'clauder') };
  return findClaude({ ...options, env: { HOME: home, PATH: bin, ...env } });
}

function failure(act: () => string): LaunchError {
  try {
    throw new Error(`found ${act()}`);
  } catch (error) {
    if (error instanceof LaunchError) return error;
    throw error;
  }
}

test('the first executable file on PATH', () => {
  using sandbox = createSandbox();
  mkdirSync(join(sandbox.root, 'a/claude'), { recursive: true });
  sandbox.write('b/claude', 'not executable');
  const wanted = program(sandbox, 'c/claude');
  program(sandbox, 'd/claude');
  const PATH = ['a', 'b', 'c', 'd'].map((name) => join(sandbox.root, name)).join(':');
  expect(find(sandbox, { PATH })).toBe(wanted);
});

test('the usual places, where PATH has none', () => {
  using sandbox = createSandbox();
  const inHome = program(sandbox, 'home/.local/bin/claude');
  expect(find(sandbox)).toBe(inHome);
  const older = program(sandbox, 'home/.claude/local/claude');
  expect(find(sandbox)).toBe(older);
});

test('the one named by CC_ROUTE_CLAUDE, or an error about it', () => {
  using sandbox = createSandbox();
  program(sandbox, 'bin/claude');
  const named = program(sandbox, 'elsewhere/my-claude');
  expect(find(sandbox, { CC_ROUTE_CLAUDE: named })).toBe(named);
  for (const path of ['bin/claude', './claude', join(sandbox.root, 'missing'), sandbox.bin]) {
    const error = failure(() => find(sandbox, { CC_ROUTE_CLAUDE: path }));
    expect(error.exitCode).toBe(127);
    expect(error.message).toContain(`CC_ROUTE_CLAUDE=${path}: `);
  }
});

test('this program itself is never taken for it', () => {
  using sandbox = createSandbox();
  program(sandbox, 'clauder');
  sandbox.link('claude', join(sandbox.root, 'clauder'));
  const other = join(sandbox.root, 'other');
  mkdirSync(other);
  symlinkSync(program(sandbox, 'versions/2.1'), join(other, 'claude'));
  const PATH = `${sandbox.bin}:${other}`;
  expect(find(sandbox, { PATH })).toBe(join(other, 'claude'));
});
