import type { Assignment } from './parse.ts';

/** Input of Claude Code's `Agent` tool. */
export interface AgentCall {
  readonly subagent_type: string;
  readonly description: string;
  readonly prompt: string;
  readonly run_in_background: false;
}

/** One call for each piece of work, in order. */
export const agentCalls = (assignments: readonly Assignment[]): AgentCall[] =>
  assignments.map(({ name, agent, task }) => ({
    subagent_type: agent,
    description: shorten(`${name}: ${task}`),
    prompt: task,
    run_in_background: false,
  }));

/**
 * The most that a hook may add to a turn, in characters: Claude Code puts what is longer than
 * 10,000 into a file and shows its beginning.
 */
const MOST = 9_000;

/** Of a task that is named instead of repeated, this much from each end. */
const END = 60;

/**
 * What the main model is told to do, word for word; the calls are JSON, one a line. Where that
 * would be too long, long tasks are named by how they begin and end: they stand in the command
 * itself, which the model sees.
 *
 * @returns `null`: there is too much even so
 */
export function planText(assignments: readonly Assignment[], sequential: boolean): string | null {
  const whole = textOf(agentCalls(assignments), sequential, false);
  if (whole.length <= MOST) return whole;
  const named = agentCalls(assignments).map((call) =>
    Object.assign(call, { prompt: name(call.prompt) }),
  );
  const short = textOf(named, sequential, true);
  return short.length <= MOST ? short : null;
}

function name(task: string): string {
  const characters = charactersOf(task);
  if (characters.length <= 4 * END) return task;
  return `⟨${characters.slice(0, END).join('')} … ${characters.slice(-END).join('')}⟩`;
}

function textOf(calls: readonly AgentCall[], sequential: boolean, isNamed: boolean): string {
  const many = calls.length > 1;
  const how = !many
    ? 'Make this one call of the Agent tool, with this very input:'
    : sequential
      ? `Make these ${calls.length} calls of the Agent tool one after another, each when the one before it has answered, with these very inputs:`
      : `Make these ${calls.length} calls of the Agent tool, all of them in one message so that they run at the same time, with these very inputs:`;
  const notes = [
    'Each agent knows nothing of this conversation. Below the task in "prompt" you may add what it needs to know: files, decisions, constraints. Leave the task itself as it stands, and "subagent_type" too.',
    ...(isNamed
      ? [
          'A prompt in ⟨ ⟩ is too long to be repeated here. Put in its place the whole passage of the command that begins and ends like this, without changing a word.',
        ]
      : []),
    ...(many && sequential
      ? [
          'Add to each prompt what the agents before have reported, under the heading "Reports so far".',
        ]
      : []),
  ];
  return [
    'cc-route has read the command. Carry it out as follows, and do none of the work yourself.',
    how,
    calls.map((call) => JSON.stringify(call)).join('\n'),
    notes.join('\n'),
    'When all have answered, tell the user in their language what each model did and found, by its name. If one failed, say so and don’t do its part in its place.',
  ].join('\n\n');
}

/** How it is written, for whoever got it wrong. */
export const USAGE =
  'Usage: /mmodel ALIAS:TASK … [--readonly[=ALIAS,…]] [--sequential]\n' +
  'Example: /mmodel mm25:implement the core g5:"write unit tests" d4f:review --readonly=d4f';

const LONGEST = 50;

/** The beginning of a text, cut between words where there are any. */
function shorten(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  if (line.length <= LONGEST) return line;
  const cut = charactersOf(line)
    .slice(0, LONGEST - 1)
    .join('');
  return `${cut.replace(/\s+\S*$/u, '')}…`;
}

/** What people take for one character is never cut. */
const charactersOf = (text: string): string[] =>
  Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
