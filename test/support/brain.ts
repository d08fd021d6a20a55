import type { WireName } from '../../src/providers/spec.ts';
import { content, say, text, tool, type Reply, type ToolPart } from './reply.ts';
import type { UpstreamRequest } from './fake-upstream.ts';

/** The part of a request that a scripted model looks at, the same for every wire format. */
interface Turn {
  /** What the person typed last, without the client's own reminders. */
  readonly prompt: string;
  /** Results of tools that came back with this request, each with what was asked for. */
  readonly results: readonly string[];
  /** Earlier prompts, oldest first. */
  readonly earlier: readonly string[];
  readonly wantsTitle: boolean;
  /** Auto mode asks whether an action is safe. */
  readonly judges: boolean;
  /** What is left of a tour that the person asked for; `null` without one. */
  readonly tour: Tour | null;
  /** Calls of the `Agent` tool that a plan of `/mmodel` asks for now. */
  readonly planned: readonly ToolPart['input'][];
}

/** A prompt with several steps, of which the model takes one in each of its messages. */
interface Tour {
  /** The step to take now; absent when all are done. */
  readonly step: string | undefined;
  /** Results of all steps so far. */
  readonly results: readonly string[];
  /** Images that came back. */
  readonly images: number;
}

interface Message {
  readonly role: string;
  readonly content: unknown;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly content?: unknown;
  readonly tool_name?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: ToolPart['input'];
  readonly tool_use_id?: string;
}

const blocksOf = (value: unknown): Block[] =>
  typeof value === 'string' ? [{ type: 'text', text: value }] : ((value ?? []) as Block[]);

const plain = (value: unknown): string =>
  blocksOf(value)
    .map((block) =>
      block.type === 'tool_reference' ? `Tool loaded: ${block.tool_name}` : (block.text ?? ''),
    )
    .filter((part) => part !== '')
    .join('\n');

const withoutReminders = (value: string) =>
  value.replaceAll(/<system-reminder>[\s\S]*?<\/system-reminder>/gu, '').trim();

const messagesOf = (request: UpstreamRequest) => (request.json['messages'] ?? []) as Message[];

const promptOf = (message: Message) =>
  message.role === 'user'
    ? withoutReminders(
        plain(blocksOf(message.content).filter((block) => block.type !== 'tool_result')),
      )
    : '';

/** Everything that came after the model's own last message. */
function latest(messages: readonly Message[]): readonly Message[] {
  const last = messages.findLastIndex((message) => message.role === 'assistant');
  return messages.slice(last + 1);
}

const blocks = (messages: readonly Message[], type: string) =>
  messages.flatMap((message) => blocksOf(message.content)).filter((block) => block.type === type);

/** The calls in a conversation: the command of each, or the tool's name, by its id. */
function callsOf(wire: WireName, messages: readonly Message[]): Map<string, string> {
  const label = (name: string, input: ToolPart['input']) =>
    typeof input['command'] === 'string' ? input['command'] : name;
  return new Map(
    wire === 'anthropic-messages'
      ? blocks(messages, 'tool_use').map(({ id = '', name = '', input = {} }) => [
          id,
          label(name, input),
        ])
      : messages
          .flatMap((message) => message.tool_calls ?? [])
          .map((call) => [
            call.id,
            label(call.function.name, JSON.parse(call.function.arguments) as ToolPart['input']),
          ]),
  );
}

/** Results of tools: the id of the call, and what came of it. */
function resultsOf(wire: WireName, messages: readonly Message[]): [id: string, text: string][] {
  return wire === 'anthropic-messages'
    ? blocks(messages, 'tool_result').map((block) => [
        block.tool_use_id ?? '',
        plain(block.content),
      ])
    : messages
        .filter((message) => message.role === 'tool')
        .map((message) => [message.tool_call_id ?? '', plain(message.content)]);
}

/** What the calls in some messages came to, whatever the order of their results. */
function outcomes(
  wire: WireName,
  some: readonly Message[],
  calls: ReadonlyMap<string, string>,
): string[] {
  return resultsOf(wire, some)
    .map(([id, result]) => `${calls.get(id) ?? 'a call that was never made'} => ${result}`)
    .sort();
}

const TOUR = /^tour: ([\s\S]+)/u;
/** How each message of a tour begins: what somebody else put into the history doesn't count. */
const OWN_WORDS = /^(?:Now I |The tour: )/u;

/** Images of the person's and of tools, in either format. */
function imagesIn(messages: readonly Message[]): number {
  const all = messages.flatMap((message) => blocksOf(message.content));
  const inside = all.flatMap((block) =>
    block.type === 'tool_result' && typeof block.content !== 'string'
      ? blocksOf(block.content)
      : [],
  );
  return [...all, ...inside].filter((block) => /^image(?:_url)?$/u.test(block.type)).length;
}

function tourOf(
  wire: WireName,
  messages: readonly Message[],
  calls: ReadonlyMap<string, string>,
): Tour | null {
  const start = messages.findLastIndex((message) => TOUR.test(promptOf(message)));
  if (start === -1) return null;
  const since = messages.slice(start + 1);
  const steps = TOUR.exec(promptOf(messages[start]!))?.[1]?.split('; ') ?? [];
  const taken = since.filter((message) => OWN_WORDS.test(plain(message.content))).length;
  if (taken > steps.length) return null;
  return {
    step: steps[taken],
    results: outcomes(wire, since, calls),
    images: imagesIn(since),
  };
}

function read(wire: WireName, request: UpstreamRequest): Turn {
  const messages = messagesOf(request);
  const fresh = latest(messages);
  const calls = callsOf(wire, messages);
  const results = outcomes(wire, fresh, calls);
  const prompts = messages.map(promptOf).filter((prompt) => prompt !== '');
  const prompt = fresh.map(promptOf).findLast((value) => value !== '') ?? '';
  const output = request.json['output_config'] as { format?: unknown } | undefined;
  return {
    prompt,
    results,
    earlier: prompt === '' ? prompts : prompts.slice(0, -1),
    judges: JSON.stringify(request.json['stop_sequences'] ?? request.json['stop'] ?? '').includes(
      '</block>',
    ),
    wantsTitle: output?.format !== undefined || request.json['response_format'] !== undefined,
    tour: tourOf(wire, messages, calls),
    planned: plannedCalls(wire, messages),
  };
}

/** The next calls of a plan: all at once, or the one after those that have answered. */
function plannedCalls(wire: WireName, messages: readonly Message[]): ToolPart['input'][] {
  const said = messages.map((message) => plain(message.content)).join('\n');
  const calls = [...said.matchAll(/^\{"subagent_type".*\}$/gmu)].map(
    ([line]) => JSON.parse(line) as ToolPart['input'],
  );
  const done = resultsOf(wire, messages).length;
  return said.includes('one after another') ? calls.slice(done, done + 1) : calls.slice(done);
}

/** One line of a prompt that tells the scripted model what to do, and how it does it. */
const DIRECTIVES: readonly (readonly [RegExp, (match: RegExpExecArray, turn: Turn) => Reply])[] = [
  [
    /run: (.+)/u,
    ([, command = '']) => content([tool('Bash', { command, description: 'Run the command' })]),
  ],
  [
    /parallel: (.+?) && (.+)/u,
    ([, first = '', second = '']) =>
      content([
        tool('Bash', { command: first, description: 'First of two' }),
        tool('Bash', { command: second, description: 'Second of two' }),
      ]),
  ],
  [
    /agent (\S+): (.+)/u,
    ([, alias = '', prompt = '']) =>
      content([
        tool('Agent', {
          subagent_type: alias,
          description: 'Ask another model',
          prompt,
          run_in_background: false,
        }),
      ]),
  ],
  [
    /search tool: (\w+)/u,
    ([, name = '']) => content([tool('ToolSearch', { query: `select:${name}`, max_results: 5 })]),
  ],
  [
    /write: (\S+)/u,
    ([, path = '']) => content([tool('Write', { file_path: path, content: 'written' })]),
  ],
  [/look at: (\S+)/u, ([, path = '']) => content([tool('Read', { file_path: path })])],
  [
    /recall/u,
    (_, turn) => text(`You said before: ${turn.earlier.map((said) => `[${said}]`).join(' ')}`),
  ],
];

function think(turn: Turn): Reply {
  if (turn.wantsTitle) return text(JSON.stringify({ title: 'Scripted session' }));
  if (turn.judges) return text('<block>no');
  if (turn.tour !== null) return walk(turn.tour, turn);
  if (turn.planned.length > 0) return content(turn.planned.map((call) => tool('Agent', call)));
  if (turn.results.length > 0) return text(`The results were: ${listed(turn.results)}`);
  return obey(turn.prompt, turn) ?? text(`You said: ${turn.prompt}`);
}

const listed = (results: readonly string[]) => results.map((result) => `<${result}>`).join(' ');

function obey(order: string, turn: Turn): Reply | null {
  for (const [pattern, act] of DIRECTIVES) {
    const match = pattern.exec(order);
    if (match !== null) return act(match, turn);
  }
  return null;
}

function walk({ step, results, images }: Tour, turn: Turn): Reply {
  if (step === undefined) return text(`The tour: ${listed(results)} ${images} image(s) seen`);
  const reply = obey(step, turn);
  if (reply?.kind !== 'content') throw new Error(`no step of a tour: ${step}`);
  return content([say(`Now I ${step}.`), ...reply.parts]);
}

/**
 * A scripted model that keeps up a coherent Claude Code session, whatever the wire format:
 * `run: CMD` calls Bash, `parallel: A && B` calls it twice at once, `agent NAME: TASK` starts a
 * subagent, `search tool: NAME` loads a deferred tool, `look at: PATH` reads a file, `write: PATH`
 * writes one, `recall` repeats the earlier prompts. Results of tools are quoted back; anything else is echoed.
 * `tour: A; B; …` takes one step in each message and sums all results up at the end. A plan of
 * `/mmodel` is carried out.
 */
export function brain(wire: WireName): (request: UpstreamRequest) => Reply {
  return (request) => think(read(wire, request));
}
