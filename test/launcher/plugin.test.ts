import { describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { installedPlugin, sessionPlugin } from '../../src/launcher/plugin-files.ts';
import { writePluginFolder } from '../../src/launcher/plugin-folder.ts';
import { echo, route } from '../support/routes.ts';
import { createSandbox } from '../support/sandbox.ts';

const program = ['/opt/my tools/clauder', 'route'];
const routes = [
  route('deepseek-v4-flash', {
    aliases: ['d4f', 'flash'],
    providerLabel: 'DeepSeek',
    contextWindow: 1_000_000,
    pricing: { input: 0.3, output: 1.2 },
    description: 'fast | cheap: "good"',
  }),
  route('openai/gpt-4o', { problem: 'no key' }),
  echo,
];
const folder = join(import.meta.dir, '../../plugin');
const inClone = (name: string) => readFileSync(join(folder, name), 'utf8');

test('what lies in the repository is of the version of the package', () => {
  const own = JSON.parse(inClone('.claude-plugin/plugin.json')) as { version: string };
  expect(own.version).toBe(manifest.version);
});

describe("a session's plugin", () => {
  const files = sessionPlugin(routes, program);

  test('runs this very program as its hook, without a shell', () => {
    const hooks = JSON.parse(files['hooks/hooks.json'] ?? '') as {
      hooks: { UserPromptExpansion: { hooks: object[] }[] };
    };
    expect(hooks.hooks.UserPromptExpansion[0]?.hooks).toEqual([
      {
        type: 'command',
        command: '/opt/my tools/clauder',
        args: ['route', 'mmodel', '--hook', '--agents', '${CLAUDE_PLUGIN_ROOT}/agents.json'],
        timeout: 20,
      },
    ]);
  });

  test('tells the main model which models there are', () => {
    const skill = files['skills/cc-route-routing/SKILL.md'] ?? '';
    expect(skill).toContain(
      '| d4f, flash; read-only: d4f-readonly | deepseek-v4-flash | DeepSeek | 1M | $0.3 / $1.2 | fast \\| cheap: "good" |',
    );
    expect(skill).toContain('| none: not usable now | openai/gpt-4o | Vendor |  |  |  |');
    expect(skill).not.toContain('echo');
    expect(skill).toContain('\n## How to hand out work\n');
    expect(sessionPlugin([echo], program)['skills/cc-route-routing/SKILL.md']).toContain(
      'There are none yet',
    );
  });

  test('brings no subagent types: those come by --agents', () => {
    expect(Object.keys(files).filter((name) => name.startsWith('agents/'))).toEqual([]);
    const { agents } = JSON.parse(files['agents.json'] ?? '') as { agents: object[] };
    expect(agents).toContainEqual({
      name: 'flash',
      agent: 'flash',
      readonlyAgent: 'd4f-readonly',
      problem: null,
    });
  });
});

test('a plugin to install has a marketplace, and subagent types under its own name', () => {
  const files = installedPlugin(routes, program);
  expect(JSON.parse(files['.claude-plugin/marketplace.json'] ?? '')).toMatchObject({
    name: 'cc-route',
    plugins: [{ name: 'cc-route', source: './' }],
  });
  expect(Object.keys(files).filter((name) => name.startsWith('agents/'))).toEqual([
    'agents/000-d4f.md',
    'agents/001-flash.md',
    'agents/002-d4f-readonly.md',
  ]);
  expect(files['agents/002-d4f-readonly.md']).toStartWith(
    '---\nname: "d4f-readonly"\ndescription: "Like d4f, for reviews',
  );
  expect(files['agents/002-d4f-readonly.md']).toContain(
    '\nmodel: "d4f[1m]"\ntools: Read, Grep, Glob, WebFetch, WebSearch\n---\n',
  );
  const { agents } = JSON.parse(files['agents.json'] ?? '') as { agents: { agent: string }[] };
  expect(agents[0]?.agent).toBe('cc-route:d4f');
});

describe('the folder', () => {
  const now = new Date('2026-05-01');
  const files = { 'a.txt': 'a', 'b/c.txt': 'c' };

  test('is for this user alone, and the same for the same files', () => {
    using sandbox = createSandbox();
    const path = writePluginFolder(sandbox.root, files, now);
    expect(readFileSync(join(path, 'b/c.txt'), 'utf8')).toBe('c');
    const modes = [path, join(path, 'b'), join(path, 'a.txt')].map((each) =>
      (statSync(each).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['700', '700', '600']);
    expect(writePluginFolder(sandbox.root, files, now)).toBe(path);
    expect(writePluginFolder(sandbox.root, { ...files, 'a.txt': 'x' }, now)).not.toBe(path);
  });

  test('is made anew where somebody has damaged it', () => {
    using sandbox = createSandbox();
    const path = writePluginFolder(sandbox.root, files, now);
    writeFileSync(join(path, 'a.txt'), 'damaged');
    expect(writePluginFolder(sandbox.root, files, now)).toBe(path);
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('a');
    expect(readdirSync(sandbox.root).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  test('is removed when no session has used it for a month', () => {
    using sandbox = createSandbox();
    const other = join(sandbox.root, 'plugin-not-ours');
    mkdirSync(other);
    const old = writePluginFolder(sandbox.root, { 'a.txt': 'old' }, new Date('2026-03-20'));
    const recent = writePluginFolder(sandbox.root, { 'a.txt': 'recent' }, new Date('2026-04-20'));
    utimesSync(other, 0, 0);
    writePluginFolder(sandbox.root, files, now);
    expect([old, recent, other].map((path) => existsSync(path))).toEqual([false, true, true]);
  });
});
