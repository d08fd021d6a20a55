import { describe, expect, test } from 'bun:test';
import { standInVariables, type StandInFacts } from '../../src/launcher/stand-ins.ts';
import { echo, route } from '../support/routes.ts';

const routes = [
  route('broken', { problem: 'no key' }),
  route('MiniMax-M2.5', { aliases: ['mm25'] }),
  route('glm-5', { aliases: ['g5'] }),
  echo,
];
const variables = (facts: Partial<StandInFacts>) =>
  standInVariables({
    sessionModel: null,
    routes,
    hasCredential: false,
    isPrint: false,
    hasModelPicker: true,
    hasBackground: false,
    env: {},
    ...facts,
  });
/** Which families have another model, and which. */
const replaced = (facts: Partial<StandInFacts>) =>
  Object.entries(variables(facts))
    .filter(([name]) => name.endsWith('_MODEL'))
    .map(([name, model]) => `${name.split('_')[2]} ${model}`);

describe('without anything to show to Anthropic', () => {
  test("a session on one of the user's models has it in every role", () => {
    expect(replaced({ sessionModel: 'G5[1m]' }).sort()).toEqual([
      'FABLE anthropic/g5',
      'HAIKU anthropic/g5',
      'OPUS anthropic/g5',
      'SONNET anthropic/g5',
    ]);
    expect(variables({ sessionModel: 'g5' })).toMatchObject({
      ANTHROPIC_DEFAULT_SONNET_MODEL_NAME: 'Sonnet → g5',
      ANTHROPIC_DEFAULT_SONNET_MODEL_DESCRIPTION: 'glm-5 stands in: there is no Anthropic login',
    });
  });

  test('any other has the first model that works as a judge, if people see it', () => {
    const judge = ['SONNET anthropic/mm25'];
    expect(replaced({})).toEqual(judge);
    expect(replaced({ sessionModel: 'opus' })).toEqual(judge);
    expect(replaced({ isPrint: true })).toEqual([]);
    expect(replaced({ routes: [echo] })).toEqual([]);
  });

  test('the spelling is never that of the list, which would leave the model out', () => {
    expect(replaced({ hasModelPicker: false })).toEqual(['SONNET mm25']);
    expect(replaced({ hasModelPicker: null })).toEqual(['SONNET anthropic/mm25']);
  });

  test('what the user has set stays, with its name', () => {
    const env = { ANTHROPIC_DEFAULT_SONNET_MODEL: 'mine' };
    expect(replaced({ env })).toEqual([]);
    expect(replaced({ env, sessionModel: 'g5' })).toHaveLength(3);
    expect(variables({ env })).not.toHaveProperty('ANTHROPIC_DEFAULT_SONNET_MODEL_NAME');
  });
});

test('with a credential Claude models stay what they are', () => {
  expect(replaced({ sessionModel: 'g5', hasCredential: true })).toEqual([]);
  expect(replaced({ hasCredential: true })).toEqual([]);
});

test("auto mode's checks by the server are asked for where there can be any", () => {
  const name = 'CLAUDE_CODE_AUTO_MODE_SERVER';
  expect(variables({ sessionModel: 'g5', hasCredential: true })[name]).toBe('0');
  expect(variables({ sessionModel: 'g5' })[name]).toBe('0');
  expect(variables({ sessionModel: 'opus', hasCredential: true })).not.toHaveProperty(name);
  expect(variables({ sessionModel: 'g5', env: { [name]: '1' } })).not.toHaveProperty(name);
});

describe('with a route for small requests', () => {
  test('they are asked for by a name that leads there, logged in or not', () => {
    for (const hasCredential of [true, false]) {
      const found = replaced({ sessionModel: 'g5', hasCredential, hasBackground: true });
      expect(found).toContain('HAIKU claude-haiku-4-5');
      expect(found).toHaveLength(hasCredential ? 1 : 4);
    }
    const named = variables({ sessionModel: 'g5', hasBackground: true });
    expect(named['ANTHROPIC_DEFAULT_HAIKU_MODEL_NAME']).toBeUndefined();
  });

  test("the user's own choice stays", () => {
    const env = { ANTHROPIC_DEFAULT_HAIKU_MODEL: 'mine' };
    expect(replaced({ sessionModel: 'g5', hasBackground: true, env })).not.toContain(
      'HAIKU claude-haiku-4-5',
    );
  });
});
