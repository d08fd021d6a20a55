import { describe, expect, test } from 'bun:test';
import { planAgents, type AgentsOptions } from '../../src/launcher/agents-option.ts';
import { agentNames, agentTypes } from '../../src/launcher/agents.ts';
import { windowsOf } from '../../src/launcher/windows.ts';
import { echo, route } from '../support/routes.ts';

const windows = windowsOf(null, {});
const d4f = route('deepseek-v4-flash', {
  aliases: ['d4f', 'flash'],
  providerLabel: 'DeepSeek',
  contextWindow: 1_000_000,
  description: 'Fast and cheap.',
});

describe('subagent types', () => {
  test('every alias has one, and every route one that can only look', () => {
    const types = agentTypes([d4f, route('my-model'), echo], windows);
    expect(Object.entries(types).map(([name, { model, tools }]) => [name, model, tools])).toEqual([
      ['d4f', 'd4f[1m]', undefined],
      ['flash', 'flash[1m]', undefined],
      ['my-model', 'my-model', undefined],
      ['d4f-readonly', 'd4f[1m]', ['Read', 'Grep', 'Glob', 'WebFetch', 'WebSearch']],
      ['my-model-readonly', 'my-model', ['Read', 'Grep', 'Glob', 'WebFetch', 'WebSearch']],
    ]);
    expect(types['d4f']?.description).toBe(
      'The model deepseek-v4-flash (DeepSeek, 1M context). Fast and cheap. Use it whenever the ' +
        'user, in whatever language, gives a part of the work to "d4f" or "deepseek-v4-flash".',
    );
  });

  test('there are none of what the user keeps out, of what can’t be used, and of names that are taken', () => {
    const routes = [
      route('a', { agent: false }),
      route('b', { problem: 'no key' }),
      route('c', { aliases: ['Plan', 'general-purpose'] }),
      route('d', { aliases: ['Explore', 'dd'] }),
      echo,
    ];
    expect(Object.keys(agentTypes(routes, windows))).toEqual(['dd', 'dd-readonly']);
  });

  test('names are the same in the list and among the types, whatever an alias is called', () => {
    const routes = [d4f, route('x', { aliases: ['d4f-readonly'] })];
    const types = agentTypes(routes, windows);
    const names = agentNames(routes);
    for (const { agent, readonlyAgent } of names) {
      expect([agent, types[agent]?.tools]).toEqual([agent, undefined]);
      expect([readonlyAgent, types[readonlyAgent]?.tools?.length]).toEqual([readonlyAgent, 5]);
    }
    expect(names.map(({ name, agent, readonlyAgent }) => [name, agent, readonlyAgent])).toEqual([
      ['d4f', 'd4f', 'd4f-readonly-agent'],
      ['flash', 'flash', 'd4f-readonly-agent'],
      ['deepseek-v4-flash', 'd4f', 'd4f-readonly-agent'],
      ['d4f-readonly', 'd4f-readonly', 'd4f-readonly-readonly'],
      ['x', 'd4f-readonly', 'd4f-readonly-readonly'],
    ]);
  });

  test('a name without types says why', () => {
    const problems = agentNames([
      route('a', { agent: false }),
      route('b', { problem: 'set B_KEY.' }),
      route('Plan'),
      echo,
    ]).map(({ name, problem }) => [name, problem?.slice(0, 30)]);
    expect(problems).toEqual([
      ['a', 'the configuration keeps it fro'],
      ['b', 'set B_KEY.'],
      ['Plan', 'Claude Code has a subagent typ'],
    ]);
  });

  test('types of a plugin have its name before theirs', () => {
    expect(agentNames([route('m')], 'cc-route:')).toEqual([
      { name: 'm', agent: 'cc-route:m', readonlyAgent: 'cc-route:m-readonly', problem: null },
    ]);
  });
});

describe('the option', () => {
  const ours = { d4f: { description: 'ours', prompt: 'p', model: 'd4f' } };
  const files: Readonly<Record<string, string>> = { 'own.json': '{"own":{"x":1}}' };
  const plan = (args: readonly string[], more: Partial<AgentsOptions> = {}) =>
    planAgents({
      args,
      types: ours,
      taken: new Set(),
      maxLength: 10_000,
      readFile: (path) => files[path] ?? null,
      ...more,
    });

  test('comes first where there is none', () => {
    const { types, isFile, place } = plan(['-p', 'hi']);
    expect([types, isFile]).toEqual([ours, false]);
    expect(place(['--settings', 'S', '-p', 'hi'], 'A')).toEqual([
      '--agents',
      'A',
      '--settings',
      'S',
      '-p',
      'hi',
    ]);
  });

  test.each([
    [
      ['--agents', '{"own":{}}', 'hi'],
      ['--agents', 'A', 'hi'],
    ],
    [['--agents={"own":{}}'], ['--agents=A']],
    [
      ['--agents', '{}', '--agents', '{"own":{}}'],
      ['--agents', '{}', '--agents', 'A'],
    ],
  ])('%p is completed where it stands', (args, placed) => {
    const { types, place } = plan(args);
    expect(types).toEqual({ ...ours, own: {} });
    expect(place(args, 'A')).toEqual(placed);
  });

  test("the user's own type wins, whether on the command line or in a file of theirs", () => {
    expect(plan(['--agents', '{"d4f":{"own":1}}']).types).toBeNull();
    expect(plan([], { taken: new Set(['d4f']) }).types).toBeNull();
  });

  test('a file is completed in another file, in print mode alone', () => {
    const args = ['-p', '--agents', 'own.json'];
    const { types, isFile, place } = plan(args);
    expect([types, isFile]).toEqual([{ ...ours, own: { x: 1 } }, true]);
    expect(place(args, '/state/merged.json')).toEqual(['-p', '--agents', '/state/merged.json']);
    expect(plan(['--agents', 'own.json']).types).toBeNull();
  });

  test.each([[['--agents', '{"own":']], [['-p', '--agents', 'missing.json']], [['--agents=[1]']]])(
    '%p stays as it is',
    (args) => {
      const { types, place } = plan(args);
      expect(types).toBeNull();
      expect(place(args, 'A')).toEqual(args);
    },
  );

  test('what has no room is left out from the end', () => {
    const routes = Array.from({ length: 60 }, (_, index) => route(`model-${index}`));
    const types = agentTypes(routes, windows);
    const names = Object.keys(plan([], { types, maxLength: 60_000 }).types ?? {});
    expect(names.length).toBeGreaterThan(60);
    expect(names.length).toBeLessThan(120);
    expect(names).toEqual(Object.keys(types).slice(0, names.length));
  });
});
