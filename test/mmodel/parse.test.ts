import { describe, expect, test } from 'bun:test';
import type { AgentName } from '../../src/core/agent-name.ts';
import { parseAssignments } from '../../src/mmodel/parse.ts';

const name = (alias: string, agent = alias): AgentName => ({
  name: alias,
  agent,
  readonlyAgent: `${agent}-readonly`,
  problem: null,
});

const KNOWN: readonly AgentName[] = [
  name('mm25'),
  name('MiniMax-M2.5', 'mm25'),
  name('g5'),
  name('d4f'),
  { ...name('flash'), readonlyAgent: 'd4f-readonly' },
  { ...name('nokey'), problem: 'set NO_KEY in the environment.' },
];

/** `agent: task` for each assignment, and how they run. */
function read(line: string): string[] {
  const parsed = parseAssignments(line, KNOWN);
  if (!parsed.ok) throw new Error(parsed.problems.join(' '));
  const { assignments, sequential } = parsed;
  return [
    ...assignments.map(({ agent, task }) => `${agent}: ${task}`),
    ...(sequential ? ['sequential'] : []),
  ];
}

const problems = (line: string): string => {
  const parsed = parseAssignments(line, KNOWN);
  return parsed.ok ? 'none' : parsed.problems.join(' | ');
};

test('the example of the documentation', () => {
  expect(read('mm25:implement the core g5:"write unit tests" d4f:review --readonly=d4f')).toEqual([
    'mm25: implement the core',
    'g5: write unit tests',
    'd4f-readonly: review',
  ]);
});

describe('tasks', () => {
  test.each([
    ['several words', 'mm25:build the core g5:test it', ['mm25: build the core', 'g5: test it']],
    ['a space behind the colon', 'mm25: build it g5: test', ['mm25: build it', 'g5: test']],
    ['any case of a name', 'MM25:x minimax-m2.5:y', ['mm25: x', 'mm25: y']],
    ['the same model twice', 'g5:a g5:b', ['g5: a', 'g5: b']],
    [
      'Chinese, with its own colon',
      'mm25：实现核心 g5：写测试，注意：不要改',
      ['mm25: 实现核心', 'g5: 写测试，注意：不要改'],
    ],
    [
      'prose with a colon',
      'mm25:fix this bug: it crashes note: soon',
      ['mm25: fix this bug: it crashes note: soon'],
    ],
    ['prose in another script', 'mm25:сделай важно:быстро', ['mm25: сделай важно:быстро']],
    [
      'places and addresses',
      'g5:see src/a.ts:12:5 at http://x.y/z, localhost:8080/a, 10:30 C:\\x',
      ['g5: see src/a.ts:12:5 at http://x.y/z, localhost:8080/a, 10:30 C:\\x'],
    ],
    ['a name of C++', 'g5:use std::vector', ['g5: use std::vector']],
    [
      'options of other programs',
      'g5:run npm test -- --watch -v',
      ['g5: run npm test -- --watch -v'],
    ],
    ['several lines', 'g5:first\n  second\nmm25:x', ['g5: first\n  second', 'mm25: x']],
  ])('%s', (_, line, expected) => {
    expect(read(line)).toEqual(expected);
  });
});

describe('quotation marks', () => {
  test.each([
    ['"a: b"', 'a: b'],
    ["'a: b'", 'a: b'],
    ['“a: b”', 'a: b'],
    ['„a: b“', 'a: b'],
    ['„a: b”', 'a: b'],
    ['‘a: b’', 'a: b'],
    ['‚a: b‘', 'a: b'],
    ['«a: b»', 'a: b'],
    ['»a: b«', 'a: b'],
    ['‹a: b›', 'a: b'],
    ['「a: b」', 'a: b'],
    ['『a: b』', 'a: b'],
    ['`a: b`', 'a: b'],
    [String.raw`"say \"mm25:x\" and \\"`, String.raw`say "mm25:x" and \ `.trim()],
    ['"mm25:x --readonly"', 'mm25:x --readonly'],
    ['"two\nlines"', 'two\nlines'],
    ["'it isn't so'", "it isn't so"],
    ['"a" and more', 'a and more'],
    ["don't, it's fine", "don't, it's fine"],
    ["'tis fine", "'tis fine"],
    ['fix "the core: x" now', 'fix "the core: x" now'],
    ['a 5" screen', 'a 5" screen'],
  ])('%s', (written, task) => {
    expect(read(`g5:${written}`)).toEqual([`g5: ${task}`]);
    expect(read(`g5: ${written} d4f:x`)).toEqual([`g5: ${task}`, 'd4f: x']);
  });

  test('one that never ends is an error', () => {
    expect(problems('g5:"write tests d4f:review')).toContain('never ends: add the closing "');
    expect(problems('g5:write «tests')).toContain('add the closing »');
  });
});

describe('options', () => {
  test.each([
    ['--readonly=d4f mm25:a d4f:b', ['mm25: a', 'd4f-readonly: b']],
    ['mm25:a d4f:b --readonly', ['mm25-readonly: a', 'd4f-readonly: b']],
    ['--readonly=all mm25:a', ['mm25-readonly: a']],
    ['mm25:a --readonly=d4f,g5 d4f:b g5:c', ['mm25: a', 'd4f-readonly: b', 'g5-readonly: c']],
    ['--readonly="D4F, g5" d4f:b', ['d4f-readonly: b']],
    ['mm25:a d4f:b --readonly d4f', ['mm25: a', 'd4f-readonly: b']],
    ['--readonly mm25:a', ['mm25-readonly: a']],
    // One route: the same model under another name can't write either.
    ['d4f:a flash:b --readonly=flash', ['d4f-readonly: a', 'd4f-readonly: b']],
    ['mm25:a g5:b --readonly=MiniMax-M2.5', ['mm25-readonly: a', 'g5: b']],
    ['—readonly=g5 g5:x', ['g5-readonly: x']],
    ['mm25:a --sequential g5:b', ['mm25: a', 'g5: b', 'sequential']],
  ])('%s', (line, expected) => {
    expect(read(line)).toEqual(expected);
  });
});

describe('what is wrong is named before anything runs', () => {
  test.each([
    ['mm52:build g5:test', 'No model is called "mm52". Did you mean mm25?'],
    ['g6:2 tests', 'Did you mean g5?'],
    ['mm25:a zzzzzz:b', 'No model is called "zzzzzz". There are mm25, MiniMax-M2.5, g5'],
    ['mm25:a key:value', 'put the task in quotation marks'],
    ['mm25:a g5:b --readonly=d5f', 'No model is called "d5f". Did you mean d4f'],
    ['mm25:a --readnly', 'There is no option --readnly like this; --readonly is meant?'],
    ['--foo mm25:a', 'There is no option --foo; there are --readonly and --sequential.'],
    ['build the core', '"build" stands before any alias: write alias:task.'],
    ['mm25: g5:test', 'mm25 has nothing to do.'],
    ['mm25:""', 'mm25 has nothing to do.'],
    ['nokey:x', 'nokey: set NO_KEY in the environment.'],
    ['', 'No task is given.'],
    ['--readonly', 'No task is given.'],
  ])('%p', (line, expected) => {
    expect(problems(line)).toContain(expected);
  });

  test('everything at once', () => {
    expect(problems('mm52:a g6:b').split(' | ')).toHaveLength(2);
  });
});
