import { describe, expect, test } from 'bun:test';
import { agentNames } from '../../src/launcher/agents.ts';
import { sessionModel } from '../../src/launcher/session-model.ts';
import {
  limitVariables,
  routeOf,
  spellModel,
  windowSettings,
  windowsOf,
} from '../../src/launcher/windows.ts';
import { echo, route } from '../support/routes.ts';

const small = route('small', { aliases: ['s'], contextWindow: 64_000, maxOutputTokens: 8192 });
const middle = route('middle', {
  aliases: ['m'],
  contextWindow: 204_800,
  maxOutputTokens: 131_072,
});
const large = route('large', { aliases: ['l'], contextWindow: 1_048_576 });
const vague = route('vague', { aliases: ['v'] });
const routes = [small, middle, large, vague, echo];

test('a route is found by name or alias, in any case, with or without [1m]', () => {
  expect(routeOf('SMALL', routes)).toBe(small);
  expect(routeOf('L[1m]', routes)).toBe(large);
  expect(routeOf('opus', routes)).toBeUndefined();
  expect(routeOf(null, routes)).toBeUndefined();
});

describe('the variables follow the model of the session', () => {
  test.each([
    ['s', {}, { CLAUDE_CODE_MAX_CONTEXT_TOKENS: '64000', CLAUDE_CODE_MAX_OUTPUT_TOKENS: '8192' }],
    // Asked for 32,000 at first: a larger limit is of no use to the client.
    ['m', {}, { CLAUDE_CODE_MAX_CONTEXT_TOKENS: '204800' }],
    // Nobody knows: what older clients assume, whatever this one would.
    ['v', {}, { CLAUDE_CODE_MAX_CONTEXT_TOKENS: '200000' }],
    ['opus', {}, {}],
    [null, {}, {}],
    ['s', { CLAUDE_CODE_MAX_CONTEXT_TOKENS: '50000', CLAUDE_CODE_MAX_OUTPUT_TOKENS: '1000' }, {}],
  ])('%p with %p: %p', (model, env, expected) => {
    expect(limitVariables(model, routes, env)).toEqual(expected as Record<string, string>);
  });
});

describe('a model with a larger window than the client assumes is spelled with [1m]', () => {
  const spelled = (model: string | null, env = {}) => {
    const windows = windowsOf(model, { ...env, ...limitVariables(model, routes, env) });
    return routes.slice(0, 4).map((each) => spellModel(each.aliases[0] ?? '', each, windows));
  };
  test.each([
    ['one of Claude Code’s own', null, {}, ['s', 'm[1m]', 'l[1m]', 'v']],
    ['the small one', 's', {}, ['s', 'm[1m]', 'l[1m]', 'v']],
    ['the large one', 'l', {}, ['s', 'm', 'l', 'v']],
    ['as the user spelled it', 'L[1m]', {}, ['s', 'm', 'L[1m]', 'v']],
    ['turned off', null, { CLAUDE_CODE_DISABLE_1M_CONTEXT: '1' }, ['s', 'm', 'l', 'v']],
    [
      'told by the user',
      null,
      { CLAUDE_CODE_MAX_CONTEXT_TOKENS: '300000' },
      ['s', 'm', 'l[1m]', 'v'],
    ],
  ])('%s', (_, model, env, expected) => {
    expect(spelled(model, env)).toEqual(expected);
  });
});

describe('windows of single models', () => {
  const cap = (autoCompactWindow: number) => ({ autoCompactWindow });

  test('are told for names and aliases, within what the client takes', () => {
    expect(windowSettings(routes, [])).toEqual({
      middle: cap(204_800),
      m: cap(204_800),
      large: cap(1_000_000),
      l: cap(1_000_000),
      vague: cap(200_000),
      v: cap(200_000),
    });
  });

  test("the user's own for a model stays, other settings of that model are no obstacle", () => {
    const own = { modelSettings: { M: cap(150_000), l: { effortLevel: 'low' } } };
    expect(Object.keys(windowSettings(routes, [own]))).toEqual([
      'middle',
      'large',
      'l',
      'vague',
      'v',
    ]);
  });

  test("the user's window for all models is the most that any gets", () => {
    expect(windowSettings(routes, [{ autoCompactWindow: 150_000 }])['l']).toEqual(cap(150_000));
    expect(windowSettings(routes, [{ autoCompactWindow: 'auto' }])['m']).toEqual(cap(204_800));
  });
});

describe("the session's model", () => {
  const saved = [{ model: 'user' }, { model: 'project' }, {}];
  test.each([
    [['--model', 'a', '--model=b'], { ANTHROPIC_MODEL: 'e' }, 'b'],
    [['-p', 'x'], { ANTHROPIC_MODEL: 'e' }, 'e'],
    [['--', '--model', 'a'], {}, 'project'],
    [['--agent', 'm-readonly'], { ANTHROPIC_MODEL: 'e' }, 'm'],
    [['--agent=l', '--model', 'a'], {}, 'a'],
    [['--agent', 'theirs'], {}, 'project'],
  ])('%p with %p: %p', (args, env, expected) => {
    expect(sessionModel(args, env, saved, agentNames(routes))).toBe(expected);
  });

  test('nothing said is nothing known', () => {
    expect(sessionModel([], {}, [{ model: 5 }], [])).toBeNull();
  });
});
