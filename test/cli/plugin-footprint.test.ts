import { describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  eraseTraces,
  keepFootprint,
  readFootprint,
  takeFootprint,
  withoutTraces,
} from '../../src/cli/plugin/footprint.ts';
import { createSandbox } from '../support/sandbox.ts';
import { readTree } from '../support/tree.ts';

const empty = '{\n  "enabledPlugins": {},\n  "extraKnownMarketplaces": {}\n}\n';

describe('a file after the client has uninstalled the plugin', () => {
  test.each([
    ['made for us alone is removed', empty, null, null],
    ['without content is removed', '{\n  "version": 2,\n  "plugins": {}\n}', null, null],
    [
      'gets its old text back',
      '{\n  "theme": "dark",\n  "enabledPlugins": {}\n}',
      '{"theme" : "dark"}',
      '{"theme" : "dark"}',
    ],
    [
      'keeps lists that were there',
      '{\n  "enabledPlugins": {}\n}',
      '{"enabledPlugins":{} }',
      '{"enabledPlugins":{} }',
    ],
    [
      'keeps what the user changed',
      '{\n  "model": "x",\n  "enabledPlugins": {}\n}\n',
      '{}',
      '{\n  "model": "x"\n}\n',
    ],
    [
      'keeps what the user added to a list',
      '{"enabledPlugins":{"a@b":true}}',
      null,
      '{"enabledPlugins":{"a@b":true}}',
    ],
    ['keeps what it is where nothing is left to do', '{"a":  1}', '{"b":2}', '{"a":  1}'],
    ['keeps what can’t be read', '{"a":', null, '{"a":'],
  ])('%s', (_, now, before, expected) => {
    expect(withoutTraces(now, before)).toBe(expected);
  });
});

test('folders and files are as before, those of the user untouched', () => {
  using sandbox = createSandbox();
  const home = join(sandbox.home, '.claude');
  sandbox.write('home/.claude/settings.json', '{ "theme": "dark" }');
  sandbox.write('home/.claude/commands/mine.md', 'mine');
  const before = readTree(home);
  const kept = join(sandbox.root, 'state/before.json');
  keepFootprint(kept, takeFootprint(home));

  sandbox.write('home/.claude/settings.json', '{\n  "enabledPlugins": {},\n  "theme": "dark"\n}');
  sandbox.write('home/.claude/plugins/known_marketplaces.json', '{}');
  sandbox.write('home/.claude/plugins/installed_plugins.json', '{"version":2,"plugins":{}}');
  sandbox.write('home/.claude/plugins/cache/cc-route/cc-route/0.1.0/x.md', 'x');
  mkdirSync(join(home, 'plugins/marketplaces'));
  // A second installation finds our own traces, and must not take them for the user's.
  keepFootprint(kept, takeFootprint(home));

  eraseTraces(home, readFootprint(kept));
  expect(readTree(home)).toEqual(before);
  expect(existsSync(join(home, 'plugins'))).toBe(false);
});

test('without a footprint only what is ours by its name goes', () => {
  using sandbox = createSandbox();
  const home = join(sandbox.home, '.claude');
  sandbox.write('home/.claude/settings.json', '{"enabledPlugins":{"other@x":true}}');
  sandbox.write('home/.claude/plugins/cache/cc-route/x', 'x');
  sandbox.write('home/.claude/plugins/cache/other/x', 'x');
  eraseTraces(home, null);
  expect([...readTree(home).keys()]).toEqual(['plugins/cache/other/x', 'settings.json']);
  expect(readFileSync(join(home, 'settings.json'), 'utf8')).toContain('other@x');
  rmSync(home, { recursive: true });
  expect(readFootprint(join(sandbox.root, 'none.json'))).toBeNull();
});
