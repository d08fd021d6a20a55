import { describe, expect, test } from 'bun:test';
import {
  ASK,
  chatTarget,
  chunk,
  CHUNK_SIZES,
  decodeStream,
  sse,
  type Json,
} from '../../support/openai-chat.ts';
import { assertWellFormed } from '../../support/grammar.ts';

const tool = (name: string, properties: Json, required: string[] = []): Json => ({
  name,
  description: '',
  input_schema: { type: 'object', properties, required },
});
const TOOLS = [
  tool('Bash', { command: { type: 'string' }, timeout: { type: 'number' } }, ['command']),
  tool('Edit', { path: { type: 'string' }, all: { type: 'boolean' }, lines: { type: 'array' } }),
  tool('mcp__files__read_text', { path: { type: 'string' } }),
];
const LS = ['Bash', { command: 'ls' }];

type Options = Parameters<typeof chatTarget>[0] & {
  readonly finish?: string;
  readonly tools?: readonly Json[];
  readonly more?: Json;
};

/** The message of a reply whose text comes in pieces of a few characters. */
function reply(text: string, options: Options = {}) {
  const { finish = 'stop', tools = TOOLS, more, ...target } = options;
  const pieces = Array.from(text).map((char) => chunk({ content: char }));
  const stream = sse(...pieces, ...(more === undefined ? [] : [more]), chunk({}, finish), '[DONE]');
  const request = { ...ASK, tools };
  const { events, message } = decodeStream([stream], { request, target: chatTarget(target) });
  assertWellFormed(events);
  const blocks = message['content'] as Json[];
  return {
    message,
    text: blocks.map((block) => (block['type'] === 'text' ? block['text'] : '')).join(''),
    calls: blocks
      .filter((block) => block['type'] === 'tool_use')
      .map((block) => [block['name'], block['input']]),
  };
}

/** How models write calls, each as seen in an issue tracker; see `markers.ts`. */
const FORMS: Readonly<Record<string, string>> = {
  Hermes: '<tool_call>\n{"name": "Bash", "arguments": {"command": "ls"}}\n</tool_call>',
  'Hermes without its end': '<tool_call>\n{"name": "Bash", "arguments": {"command": "ls"}}',
  'Hermes with arguments as text':
    '<tool_call>{"name": "Bash", "arguments": "{\\"command\\": \\"ls\\"}"}</tool_call>',
  'Hermes in Python': `<tool_call>{'name': 'Bash', 'arguments': {'command': 'ls'}}</tool_call>`,
  'Qwen Coder':
    '<tool_call>\n<function=Bash>\n<parameter=command>\nls\n</parameter>\n</function>\n</tool_call>',
  'Qwen Coder without its start':
    '<function=Bash><parameter=command>ls</parameter></function></tool_call>',
  GLM: '<tool_call>Bash\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>\n</tool_call>',
  MiniMax:
    '<minimax:tool_call>\n<invoke name="Bash">\n<parameter name="command">ls</parameter>\n</invoke>\n</minimax:tool_call>',
  'MiniMax M3': [
    ']<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name="Bash">\n]<]minimax[>[<parameter name="command">',
    'ls]<]minimax[>[</parameter>\n]<]minimax[>[</invoke>\n]<]minimax[>[</tool_call>',
  ].join(''),
  function_calls:
    '<function_calls>\n<invoke name="Bash">\n<parameter name="command">ls</parameter>\n</invoke>\n</function_calls>',
  'DeepSeek DSML': [
    '<｜DSML｜function_calls>\n<｜DSML｜invoke name="Bash">\n',
    '<｜DSML｜parameter name="command" string="true">ls</｜DSML｜parameter>\n',
    '</｜DSML｜invoke>\n</｜DSML｜function_calls>',
  ].join(''),
  'DeepSeek DSML, other marks':
    '<‖DSML‖tool_calls><‖DSML‖invoke name="Bash"><‖DSML‖parameter name="command" string="true">ls</‖DSML‖parameter></‖DSML‖invoke></‖DSML‖tool_calls>',
  'DeepSeek V3': [
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>Bash\n```json\n{"command": "ls"}\n```',
    '<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  ].join(''),
  'DeepSeek V3.1':
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>Bash<｜tool▁sep｜>{"command": "ls"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  Kimi: '<|tool_calls_section_begin|><|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>{"command": "ls"}<|tool_call_end|><|tool_calls_section_end|>',
  Mistral: '[TOOL_CALLS][{"name": "Bash", "arguments": {"command": "ls"}}]',
  'Mistral, newer': '[TOOL_CALLS]Bash[ARGS]{"command": "ls"}',
  'LM Studio': '[TOOL_REQUEST]{"name": "Bash", "arguments": {"command": "ls"}}[END_TOOL_REQUEST]',
  Llama: '<|python_tag|>{"name": "Bash", "parameters": {"command": "ls"}}',
  JSON: '{"name": "Bash", "arguments": {"command": "ls"}}',
  'JSON in a fence': '```json\n{"name": "Bash", "arguments": {"command": "ls"}}\n```',
  'JSON as OpenAI has it':
    '{"type": "function", "function": {"name": "Bash", "arguments": "{\\"command\\": \\"ls\\"}"}}',
  'JSON with parameters': '{"type": "function", "name": "bash", "parameters": {"command": "ls"}}',
};

describe('a call as text is a call:', () => {
  test.each(Object.entries(FORMS))('%s', (_name, text) => {
    const { calls, text: rest, message } = reply(text);
    expect({ calls, rest }).toEqual({ calls: [LS], rest: '' });
    expect(message['stop_reason']).toBe('tool_use');
  });

  test.each(Object.entries(FORMS).filter(([name]) => !name.startsWith('JSON')))(
    '%s behind a text',
    (_name, text) => {
      const { calls, text: rest } = reply(`I look.\n\n${text}\n`);
      expect({ calls, rest: rest.trim() }).toEqual({ calls: [LS], rest: 'I look.' });
    },
  );

  test('several', () => {
    const two = reply(`${FORMS['Hermes']}\n${FORMS['Qwen Coder']}`);
    expect(two.calls).toEqual([LS, LS]);
    const list =
      '[TOOL_CALLS][{"name":"Bash","arguments":{"command":"ls"}}, {"name":"Edit","arguments":{}}]';
    expect(reply(list).calls).toEqual([LS, ['Edit', {}]]);
    const ids = (reply(list).message['content'] as Json[]).map((block) => block['id']);
    expect(new Set(ids).size).toBe(2);
  });

  test('values have the types of the schema', () => {
    const { calls } = reply(
      '<function=Bash>\n<parameter=command>\n12\n</parameter>\n<parameter=timeout>\n12\n</parameter>\n</function>' +
        '<function=Edit>\n<parameter=all>\nTrue\n</parameter>\n<parameter=lines>\n[1, "two"]\n</parameter>\n<parameter=path>\n a\n\nb \n</parameter>\n</function>',
    );
    expect(calls).toEqual([
      ['Bash', { command: '12', timeout: 12 }],
      ['Edit', { all: true, lines: [1, 'two'], path: ' a\n\nb ' }],
    ]);
  });

  test('closing tags inside of a value (vllm-project/vllm#44060)', () => {
    const xml = '<parameter>\n  <hello></hello>\n</parameter>';
    const { calls } = reply(`<function=Edit>\n<parameter=path>\n${xml}\n</parameter>\n</function>`);
    expect(calls).toEqual([['Edit', { path: xml }]]);
  });

  test('as one JSON reply', () => {
    const whole = {
      choices: [{ index: 0, message: { content: FORMS['Kimi'] }, finish_reason: 'stop' }],
    };
    const { message } = decodeStream([JSON.stringify(whole)], {
      request: { ...ASK, tools: TOOLS },
    });
    expect(message['content']).toMatchObject([{ type: 'tool_use', name: 'Bash', input: LS[1] }]);
  });

  test('however it is cut', () => {
    const text = `Now.\n${FORMS['DeepSeek V3']}`;
    const stream = sse(chunk({ content: text }, 'stop'), '[DONE]');
    const messages = CHUNK_SIZES.map(
      (size) => decodeStream([stream], { size, request: { ...ASK, tools: TOOLS } }).message,
    );
    for (const message of messages) expect(message).toEqual(messages[0]!);
    expect((messages[0]!['content'] as Json[])[1]).toMatchObject({ name: 'Bash', input: LS[1] });
  });
});

describe('what only looks like a call stays text:', () => {
  const hermes = FORMS['Hermes']!;
  const cases: [string, string, Options?][] = [
    ['no tools', hermes, { tools: [] }],
    ['a tool that was not offered', hermes.replace('Bash', 'Rm')],
    ['in a code fence', `Like this:\n\`\`\`\n${hermes}\n\`\`\``],
    ['in a fence of tildes', `Like this:\n~~~\n${hermes}`],
    ['in an indented block', `Like this:\n\n    ${hermes}`],
    ['in a line', `You would write ${hermes.replaceAll('\n', '')}`],
    ['in back ticks', '`<|python_tag|>{"name": "Bash", "parameters": {"command": "ls"}}`'],
    ['a text behind it', `${hermes}\nThat is how it is done.`],
    ['a long text behind it', `${hermes}\n${'That is how it is done. '.repeat(20)}`],
    ['cut off by the output limit', hermes, { finish: 'length' }],
    ['refused', hermes, { finish: 'content_filter' }],
    ['not whole', '<tool_call>{"name": "Bash", "arguments": {"command": "rm -rf /tm'],
    ['a parameter that is not whole', '<function=Bash>\n<parameter=command>\nrm -rf /tm'],
    [
      'parameters that may go on',
      '<tool_call>Bash\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>',
    ],
    ['JSON behind a text', `Here:\n${FORMS['JSON']}`],
    ['JSON before a text', `${FORMS['JSON']}\nDone.`],
    ['JSON without what is required', '{"name": "Bash", "arguments": {}}'],
    ['JSON with other keys', '{"name": "Bash", "arguments": {"command": "ls"}, "version": 2}'],
    ['JSON of something else', '{"name": "cc-route", "version": "1.0.0"}'],
    ['two objects', `${FORMS['JSON']}\n${FORMS['JSON']}`],
    ['a vendor that reports its calls', hermes, { preset: 'openai', model: 'gpt-4.1' }],
    ['a beginning', 'x\n<tool_cal'],
    ['another tag', '<tool_calling>is hard</tool_calling>'],
  ];
  test.each(cases.map(([name, text, options = {}]) => [name, text, options] as const))(
    '%s',
    (_name, text, options) => {
      const { calls, text: shown, message } = reply(text, options);
      expect({ calls, shown }).toEqual({ calls: [], shown: text });
      expect(message['stop_reason']).not.toBe('tool_use');
    },
  );

  test('calls of the upstream’s own', () => {
    const own = { index: 0, id: 'a', function: { name: 'Edit', arguments: '{}' } };
    const { calls, text } = reply(hermes, { more: chunk({ tool_calls: [own] }) });
    expect({ calls, text }).toEqual({ calls: [['Edit', {}]], text: hermes });
  });

  test('text flows until there is a marker, and again once it is none', () => {
    const shown = (text: string) => {
      const { transform } = decodeStream([], {
        request: { ...ASK, tools: TOOLS },
        end: () => new Uint8Array(),
      });
      return new TextDecoder().decode(transform.push(Buffer.from(sse(chunk({ content: text })))));
    };
    expect(shown('one < two')).toContain('one < two');
    expect(shown('a\n<tool_')).not.toContain('tool_');
    expect(shown('a\n<tool_x')).toContain('<tool_x');
    expect(
      shown(`a\n<tool_call>${'{"name": "Rm", "arguments": {"x": "'.padEnd(80, 'x')}`),
    ).toContain('Rm');
    expect(shown('{"title": ')).toContain('title');
  });
});

describe('names', () => {
  test.each([
    ['bash', 'Bash'],
    ['BASH', 'Bash'],
    ['functions.Bash:3', 'Bash'],
    ['Bash<|channel|>commentary', 'Bash'],
    ['commentary to=functions.Bash', 'Bash'],
    ['mcp.files.read-text', 'mcp__files__read_text'],
    ['mcpFilesReadText', 'mcp__files__read_text'],
    ['Bsh', 'Bsh'],
    ['read', 'read'],
  ])('%s is %s', (name, expected) => {
    const call = { index: 0, id: 'a', function: { name, arguments: '{}' } };
    expect(reply('', { more: chunk({ tool_calls: [call] }) }).calls).toEqual([[expected, {}]]);
  });

  test('not where two tools are meant', () => {
    const tools = [tool('get_it', {}), tool('getIt', {})];
    const call = { index: 0, id: 'a', function: { name: 'GetIt', arguments: '{}' } };
    expect(reply('', { tools, more: chunk({ tool_calls: [call] }) }).calls).toEqual([
      ['GetIt', {}],
    ]);
  });
});

describe('white space without end', () => {
  const failed = (...chunks: Json[]) =>
    decodeStream([sse(...chunks)], { request: { ...ASK, tools: TOOLS } }).transform.error;
  const args = (piece: string) =>
    chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'Bash', arguments: piece } }] });

  test('in a text', () => {
    const error = failed(
      chunk({ content: 'a' }),
      ...Array<Json>(1001).fill(chunk({ content: ' \n'.repeat(5) })),
    );
    expect(error?.message).toBe(
      'upstream.test (route my-route): the model wrote endless white space. Try again, or another model.',
    );
  });

  test.each([
    ['between arguments', '{', ' '.repeat(501)],
    ['in a string', '{"command":"', '\t'.repeat(10_001)],
    ['in a string, as escapes', '{"command":"', '\\n'.repeat(10_001)],
  ])('%s', (_name, start, blank) => {
    expect(failed(args(start), args(blank))?.message).toContain(
      'endless white space into a tool call',
    );
    expect(failed(args(start), args(blank.slice(0, blank.length / 2)))?.kind).toBe(
      'truncated_reply',
    );
  });
});
