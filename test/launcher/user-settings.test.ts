import { expect, test } from 'bun:test';
import { readUserSettings } from '../../src/launcher/user-settings.ts';
import { createSandbox } from '../support/sandbox.ts';

const login = JSON.stringify({ claudeAiOauth: { accessToken: 'a' } });

test('the nearer settings file wins, and a broken one is no obstacle', () => {
  using sandbox = createSandbox();
  const look = () => readUserSettings({ env: sandbox.environment(), cwd: sandbox.project });
  expect(look()).toEqual({
    files: [],
    agents: [],
    env: {},
    hasApiKeyHelper: false,
    isLoggedIn: false,
    keyAnswers: { approved: [], rejected: [] },
  });
  sandbox.write('home/.claude/settings.json', '{"env":{"A":"user","B":"user","C":1}}');
  sandbox.write('project/.claude/settings.json', '{"env":{"B":"project"},"apiKeyHelper":"x"}');
  sandbox.write('project/.claude/settings.local.json', '{"env":');
  expect(look()).toEqual({
    files: [{ env: { A: 'user', B: 'user', C: 1 } }, { env: { B: 'project' }, apiKeyHelper: 'x' }],
    agents: [],
    env: { A: 'user', B: 'project' },
    hasApiKeyHelper: true,
    isLoggedIn: false,
    keyAnswers: { approved: [], rejected: [] },
  });
});

test.each([
  ['home/.claude/.credentials.json', login, {}, 'linux', true],
  ['home/.claude/.credentials.json', '{}', {}, 'linux', false],
  ['home/.claude.json', '{"primaryApiKey":"k"}', {}, 'linux', true],
  ['home/.claude.json', '{"oauthAccount":{}}', {}, 'darwin', true],
  // Elsewhere the account's name is there, and its login was in another file.
  ['home/.claude.json', '{"oauthAccount":{}}', {}, 'linux', false],
  ['other/.credentials.json', login, { CLAUDE_CONFIG_DIR: 'other' }, 'linux', true],
  ['other/.claude.json', '{"primaryApiKey":"k"}', { CLAUDE_CONFIG_DIR: 'other' }, 'linux', true],
  ['home/.claude/.credentials.json', login, { CLAUDE_CONFIG_DIR: 'other' }, 'linux', false],
] as const)('%s with %s and %p on %s: logged in %p', (file, text, more, platform, expected) => {
  using sandbox = createSandbox();
  sandbox.write(file, text);
  const named = Object.entries(more).map(([name, path]) => [name, `${sandbox.root}/${path}`]);
  const env = sandbox.environment(Object.fromEntries(named));
  const { isLoggedIn } = readUserSettings({ env, cwd: sandbox.project, platform });
  expect(isLoggedIn).toBe(expected);
});

test('subagent types of the user and the project are found by the name in the file', () => {
  using sandbox = createSandbox();
  sandbox.write('home/.claude/agents/a.md', '---\ndescription: x\nname: mm25\n---\nname: no\n');
  sandbox.write('project/.claude/agents/deep/b.md', '---\r\nname: "d 4"  \r\n---\r\n');
  sandbox.write('project/.claude/agents/c.md', 'name: not in a head\n');
  sandbox.write('project/.claude/agents/d.txt', '---\nname: no\n---\n');
  const { agents } = readUserSettings({ env: sandbox.environment(), cwd: sandbox.project });
  expect(agents).toEqual(['mm25', 'd 4']);
});

test('answers about keys are read, whatever else stands there', () => {
  using sandbox = createSandbox();
  const look = () =>
    readUserSettings({ env: sandbox.environment(), cwd: sandbox.project }).keyAnswers;
  const state = { customApiKeyResponses: { approved: ['a', 5, ''], rejected: 'x' } };
  sandbox.write('home/.claude.json', JSON.stringify(state));
  expect(look()).toEqual({ approved: ['a'], rejected: [] });
  sandbox.write('home/.claude.json', '{"customApiKeyResponses":');
  expect(look()).toEqual({ approved: [], rejected: [] });
});
