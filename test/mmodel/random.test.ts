import { expect, test } from 'bun:test';
import type { AgentName } from '../../src/core/agent-name.ts';
import { parseAssignments } from '../../src/mmodel/parse.ts';
import { agentCalls, planText } from '../../src/mmodel/plan.ts';

/** Numbers from 0 to below 1, the same for a seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const CHARACTERS = Array.from(
  'abcXYZ019 .,;:!?-_=/\\"\'`$(){}[]<>|&*#~\n\täßéñ中文日本語한국어русский🙂：「」『』“”„‘’«»‹›—–',
);
const MARKS: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ['“', '”'],
  ['«', '»'],
  ['「', '」'],
  ['`', '`'],
];

function arbitrary(next: () => number) {
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(next() * items.length)] as Item;
  const text = (most: number) =>
    Array.from({ length: Math.floor(next() * most) + 1 }, () => pick(CHARACTERS)).join('');
  return { pick, text };
}

const KNOWN: readonly AgentName[] = ['mm25', 'g5', 'd4f', 'openai/gpt-4o', '模型'].map((name) => ({
  name,
  agent: name,
  readonlyAgent: `${name}-readonly`,
  problem: null,
}));

test('any text gives a plan or problems, and never another model than a known one', () => {
  const next = random(7);
  const { pick, text } = arbitrary(next);
  const agents = new Set(KNOWN.flatMap(({ agent, readonlyAgent }) => [agent, readonlyAgent]));
  for (let round = 0; round < 20_000; round++) {
    const parts = Array.from({ length: Math.floor(next() * 4) }, () =>
      pick([`${pick(KNOWN).name}:${text(12)}`, text(20), '--readonly', `--readonly=${text(6)}`]),
    );
    const parsed = parseAssignments(parts.join(' '), KNOWN);
    if (!parsed.ok) {
      expect(parsed.problems.length).toBeGreaterThan(0);
      continue;
    }
    for (const { agent, task, readonly } of parsed.assignments) {
      expect(agents.has(agent)).toBe(true);
      expect(agent.endsWith('-readonly')).toBe(readonly);
      expect(task.trim()).not.toBe('');
    }
  }
});

test('a task in quotation marks arrives as it was written', () => {
  const next = random(11);
  const { pick, text } = arbitrary(next);
  for (let round = 0; round < 5_000; round++) {
    const [open, close] = pick(MARKS);
    const wanted = Array.from({ length: 1 + Math.floor(next() * 4) }, () => {
      const task = text(30).trim() || 'x';
      return { known: pick(KNOWN), task };
    });
    const line = wanted
      .map(({ known, task }) => {
        const escaped = Array.from(task)
          .map((character) => {
            const isMark = character === '\\' || (open === '“' ? '”“' : close).includes(character);
            return isMark ? `\\${character}` : character;
          })
          .join('');
        return `${known.name}${pick([':', ': ', '：'])}${open}${escaped}${close}`;
      })
      .join(pick([' ', '\n', '  ']));
    const parsed = parseAssignments(line, KNOWN);
    if (!parsed.ok) throw new Error(`${line}\n${parsed.problems.join('\n')}`);
    expect(parsed.assignments.map(({ name, task }) => [name, task])).toEqual(
      wanted.map(({ known, task }) => [known.name, task]),
    );
    const plan = planText(parsed.assignments, false) ?? '';
    const calls = plan.split('\n').filter((each) => each.startsWith('{"subagent_type"'));
    expect(calls.map((each) => JSON.parse(each) as unknown)).toEqual(
      agentCalls(parsed.assignments),
    );
  }
});
