import type { WireName } from '../../src/providers/spec.ts';
import { content, text, tool, type Reply, type ToolPart } from './reply.ts';
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

function read(wire: WireName, request: UpstreamRequest): Turn {
  const messages = messagesOf(request);
  const fresh = latest(messages);
  const calls = callsOf(wire, messages);
  const results = resultsOf(wire, fresh)
    .map(([id, result]) => `${calls.get(id) ?? 'a call that was never made'} => ${result}`)
    .sort();
  const prompts = messages.map(promptOf).filter((prompt) => prompt !== '');
  const prompt = fresh.map(promptOf).findLast((value) => value !== '') ?? '';
  const output = request.json['output_config'] as { format?: unknown } | undefined;
  return {
    prompt,
    results,
    earlier: prompt === '' ? prompts : prompts.slice(0, -1),
    wantsTitle: output?.format !== undefined || request.json['response_format'] !== undefined,
  };
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
    /recall/u,
    (_, turn) => text(`You said before: ${turn.earlier.map((said) => `[${said}]`).join(' ')}`),
  ],
];

function think(turn: Turn): Reply {
  if (turn.wantsTitle) return text(JSON.stringify({ title: 'Scripted session' }));
  if (turn.results.length > 0) {
    return text(`The results were: ${turn.results.map((result) => `<${result}>`).join(' ')}`);
  }
  for (const [pattern, act] of DIRECTIVES) {
    const match = pattern.exec(turn.prompt);
    if (match !== null) return act(match, turn);
  }
  return text(`You said: ${turn.prompt}`);
}

/**
 * A scripted model that keeps up a coherent Claude Code session, whatever the wire format:
 * `run: CMD` calls Bash, `parallel: A && B` calls it twice at once, `agent NAME: TASK` starts a
 * subagent, `search tool: NAME` loads a deferred tool, `recall` repeats the earlier prompts.
 * Results of tools are quoted back; anything else is echoed.
 */
export function brain(wire: WireName): (request: UpstreamRequest) => Reply {
  return (request) => think(read(wire, request));
}
