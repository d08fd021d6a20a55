import { expect, test } from 'bun:test';
import { planSession, type SessionFacts } from '../../src/launcher/session.ts';
import { route } from '../support/routes.ts';

const noUser = {
  files: [],
  agents: [],
  env: {},
  hasApiKeyHelper: false,
  isLoggedIn: false,
  keyAnswers: { approved: [], rejected: [] },
};
const plan = (facts: Partial<SessionFacts> = {}) =>
  planSession({
    args: [],
    env: {},
    user: noUser,
    address: 'http://127.0.0.1:3456',
    clientToken: null,
    routes: [route('middle', { aliases: ['m'], contextWindow: 150_000 })],
    hasModelPicker: true,
    hasBackground: false,
    readFile: () => null,
    ...facts,
  });

test('routes become rows of the picker and windows of models', () => {
  expect(plan().settings.settings).toMatchObject({
    modelPicker: { options: [{ model: 'm', label: 'middle (m)' }] },
    modelSettings: { m: { autoCompactWindow: 150_000 } },
  });
});

test("the session's model is told in variables and settings alike", () => {
  const { variables, settings } = plan({ args: ['--model', 'm'] });
  expect(variables['CLAUDE_CODE_MAX_CONTEXT_TOKENS']).toBe('150000');
  expect(settings.settings['env']).toEqual(variables);
});

test("rows of the user's settings files and of --settings are kept, the strongest list alone", () => {
  const user = { ...noUser, files: [{ modelPicker: { options: [{ model: 'file' }] } }] };
  const models = (facts: Partial<SessionFacts>) =>
    (plan(facts).settings.settings['modelPicker'] as { options: { model: string }[] }).options.map(
      ({ model }) => model,
    );
  expect(models({ user })).toEqual(['file', 'm']);
  const args = ['--settings', '{"modelPicker":{"options":[{"model":"flag"}]},"theme":"dark"}'];
  expect(models({ user, args })).toEqual(['flag', 'm']);
  expect(plan({ args }).settings.settings['theme']).toBe('dark');
});

test("settings of single models in the user's --settings are completed, not replaced", () => {
  const args = ['--settings', '{"modelSettings":{"m":{"effortLevel":"low"},"opus":{"x":1}}}'];
  expect(plan({ args }).settings.settings['modelSettings']).toEqual({
    m: { autoCompactWindow: 150_000, effortLevel: 'low' },
    middle: { autoCompactWindow: 150_000 },
    opus: { x: 1 },
  });
});

test('a gateway that tells of no routes leaves the picker alone', () => {
  expect(Object.keys(plan({ routes: [] }).settings.settings)).toEqual(['env']);
});

test('routes become subagent types, but for those that the user has files for', () => {
  const agents = (more: readonly string[]) => plan({ user: { ...noUser, agents: more } }).agents;
  expect(Object.keys(agents([]).types ?? {})).toEqual(['m', 'm-readonly']);
  expect(Object.keys(agents(['m']).types ?? {})).toEqual(['m-readonly']);
});
