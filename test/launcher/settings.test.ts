import { describe, expect, test } from 'bun:test';
import { isCommand, ownSettings, planSettings } from '../../src/launcher/settings.ts';

const ours = { ANTHROPIC_BASE_URL: 'http://127.0.0.1:1', A: 'ours' };
const files: Readonly<Record<string, string>> = {
  'own.json': '{"model":"opus","env":{"A":"theirs","B":"theirs"}}',
  'broken.json': '{"model":',
  'list.json': '[1]',
};
const read = (path: string) => files[path] ?? null;
const plan = (args: readonly string[], isSecret = false) =>
  planSettings(args, ours, { hooks: 'ours' }, isSecret, read);

test('without settings of the user, ours come first', () => {
  const { settings, isPrivate, place } = plan(['-p', 'hi']);
  expect(settings).toEqual({ hooks: 'ours', env: ours });
  expect(isPrivate).toBe(false);
  expect(place('S')).toEqual(['--settings', 'S', '-p', 'hi']);
});

describe("the user's own settings are merged where they stand", () => {
  const merged = {
    model: 'opus',
    hooks: 'ours',
    env: { A: 'ours', B: 'theirs', ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' },
  };
  const text = files['own.json'] ?? '';
  test.each([
    ['text', ['-p', '--settings', text, 'hi'], ['-p', '--settings', 'S', 'hi'], false],
    ['text, joined', [`--settings=${text}`, 'hi'], ['--settings=S', 'hi'], false],
    ['file', ['--settings', 'own.json'], ['--settings', 'S'], true],
    ['file, joined', ['-c', '--settings=own.json'], ['-c', '--settings=S'], true],
    [
      'the last of two',
      ['--settings', '{}', '--settings', text],
      ['--settings', '{}', '--settings', 'S'],
      false,
    ],
  ] as const)('%s', (_, args, placed, isPrivate) => {
    const result = plan(args);
    expect(result.settings).toEqual(merged);
    expect(result.place('S')).toEqual([...placed]);
    expect(result.isPrivate).toBe(isPrivate);
    expect(ownSettings(args, read)).toEqual(JSON.parse(text));
  });
});

test.each([
  [['--settings', 'missing.json']],
  [['--settings', 'broken.json']],
  [['--settings=list.json']],
  [['--settings']],
  [['--settings', '{"model":']],
  [['--', '--settings', '{}']],
  [['-p', '--settings-like', '{}']],
])('%p stays untouched behind ours', (args) => {
  const { settings, place } = plan(args);
  expect(settings).toEqual({ hooks: 'ours', env: ours });
  expect(place('S')).toEqual(['--settings', 'S', ...args]);
  expect(ownSettings(args, read)).toEqual({});
});

test("an env that isn't an object is left out, other keys are kept", () => {
  expect(plan(['--settings', '{"env":[1],"theme":{}}']).settings).toEqual({
    theme: {},
    hooks: 'ours',
    env: ours,
  });
});

test('a secret makes the settings private', () => {
  expect(plan([], true).isPrivate).toBe(true);
});

test('commands are told from prompts by the first word alone', () => {
  for (const args of [
    ['mcp', 'add'],
    ['remote-control'],
    ['stop', 'x'],
    ['--update'],
    ['update'],
  ]) {
    expect(isCommand(args)).toBe(true);
  }
  for (const args of [[], ['-p', 'mcp'], ['fix the mcp server'], ['hello'], ['--', 'mcp'], ['']]) {
    expect(isCommand(args)).toBe(false);
  }
});
