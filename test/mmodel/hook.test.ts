import { describe, expect, test } from 'bun:test';
import type { AgentName } from '../../src/core/agent-name.ts';
import { answerHook, explain } from '../../src/mmodel/hook.ts';

const known: readonly AgentName[] = [
  { name: 'mm25', agent: 'mm25', readonlyAgent: 'mm25-readonly', problem: null },
  { name: 'nokey', agent: 'nokey', readonlyAgent: 'nokey-readonly', problem: 'set NO_KEY.' },
];
const context = { bareIsOurs: false, baseURL: 'http://127.0.0.1:3456' };
const asked = (args: unknown, name = 'cc-route:mmodel') => ({
  hook_event_name: 'UserPromptExpansion',
  command_name: name,
  command_args: args,
});

/** What the model is told, where the command may run. */
function plan(args: string): string {
  const answer = answerHook(asked(args), known, context);
  if (answer === null || !('hookSpecificOutput' in answer)) throw new Error('no plan');
  return answer.hookSpecificOutput.additionalContext;
}

/** What the user is told, where it may not. */
function refusal(args: unknown): string {
  const answer = answerHook(asked(args), known, context);
  if (answer === null || !('decision' in answer)) throw new Error('not refused');
  return answer.reason;
}

describe('the plan', () => {
  test('holds the inputs of the calls, one a line', () => {
    const lines = plan('mm25:build it mm25:"test it"').split('\n');
    const calls = lines.filter((line) => line.startsWith('{'));
    expect(calls.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        subagent_type: 'mm25',
        description: 'mm25: build it',
        prompt: 'build it',
        run_in_background: false,
      },
      {
        subagent_type: 'mm25',
        description: 'mm25: test it',
        prompt: 'test it',
        run_in_background: false,
      },
    ]);
    expect(lines.join()).toContain('all of them in one message');
    expect(plan('mm25:a mm25:b --sequential')).toContain('one after another');
    expect(plan('mm25:a --sequential')).toContain('this one call');
  });

  test('names long tasks by their ends, so that all of it reaches the model', () => {
    const long = `begin ${'word '.repeat(4000)}end`;
    const text = plan(`mm25:"${long}" mm25:short`);
    expect(text.length).toBeLessThan(9000);
    expect(text).toMatch(/"prompt":"⟨begin word .* … .* end⟩"/u);
    expect(text).toContain('"prompt":"short"');
    expect(text).toContain('without changing a word');
  });

  test('cuts descriptions between words, never within a character', () => {
    const call = (task: string) => /"description":"([^"]*)"/u.exec(plan(`mm25:${task}`))?.[1];
    expect(call('implement the very core of the whole machine and more')).toBe(
      'mm25: implement the very core of the whole…',
    );
    expect(call('🙂'.repeat(60))?.isWellFormed()).toBe(true);
  });
});

describe('a refusal', () => {
  test('says what is wrong, how it is written, and which models there are', () => {
    expect(refusal('mm26:x').split('\n')).toEqual([
      'No model is called "mm26". Did you mean mm25?',
      '',
      'Usage: /mmodel ALIAS:TASK … [--readonly[=ALIAS,…]] [--sequential]',
      'Example: /mmodel mm25:implement the core g5:"write unit tests" d4f:review --readonly=d4f',
      'Models: mm25',
    ]);
    expect(explain([], [])).toContain('cc-route init');
    expect(refusal(undefined)).toContain('No task is given.');
  });

  test('meets more tasks than fit', () => {
    expect(refusal('mm25:"do this and that" '.repeat(200))).toContain('too many tasks');
  });
});

test("somebody else's command of that name is left alone", () => {
  const bare = { ...context, bareIsOurs: true };
  expect(answerHook(asked('mm25:x', 'mmodel'), known, context)).toBeNull();
  expect(answerHook(asked('mm25:x', 'mmodel'), known, bare)).not.toBeNull();
  expect(answerHook(asked('mm25:x', 'other:mmodel'), known, bare)).toBeNull();
  expect(answerHook(null, known, bare)).toBeNull();
});

test.each([
  [undefined, true],
  ['', true],
  ['https://api.anthropic.com', true],
  ['https://gateway.example/anthropic.com', false],
  ['http://127.0.0.1:3456', false],
])('a session that talks to %p is told to come by the gateway: %p', (baseURL, isTold) => {
  const answer = answerHook(asked('mm25:x'), known, { ...context, baseURL });
  expect(answer !== null && 'decision' in answer && answer.reason.includes('clauder')).toBe(isTold);
});
