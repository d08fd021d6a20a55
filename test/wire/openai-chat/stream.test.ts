import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../../src/core/errors.ts';
import { openaiChat } from '../../../src/wire/openai-chat/index.ts';
import { assertWellFormed } from '../../support/grammar.ts';
import {
  ASK,
  chatTarget,
  chunk,
  CHUNK_SIZES,
  decodeStream,
  sse,
  testCall,
  type Json,
  type StreamResult,
} from '../../support/openai-chat.ts';

type Options = Parameters<typeof decodeStream>[1];

/** Decodes at every chunk size, holds each against the grammar, and gives the first. */
function decode(text: string, options: Options = {}): StreamResult {
  const results = CHUNK_SIZES.map((size) => decodeStream([text], { ...options, size }));
  for (const result of results) {
    assertWellFormed(result.events);
    expect(result.message).toEqual(results[0]!.message);
  }
  return results[0]!;
}

const call = (
  index: number | undefined,
  id: string | undefined,
  name: string | undefined,
  args: unknown,
): Json => ({
  ...(index === undefined ? {} : { index }),
  ...(id === undefined ? {} : { id }),
  function: {
    ...(name === undefined ? {} : { name }),
    ...(args === undefined ? {} : { arguments: args }),
  },
});
const calls = (...all: Json[]) => chunk({ tool_calls: all });
const STOP = chunk({}, 'stop');
const tools = (result: StreamResult) =>
  (result.message['content'] as Json[])
    .filter((block) => block['type'] === 'tool_use')
    .map((block) => [block['name'], block['input']]);
const types = (result: StreamResult) =>
  (result.message['content'] as Json[]).map((block) => block['type']);

describe('tool calls in every order that servers have', () => {
  test.each<[string, Json[], unknown[][]]>([
    [
      'one after the other',
      [
        calls(call(0, 'a', 'A', '{"x":')),
        calls(call(0, undefined, undefined, '1}')),
        calls(call(1, 'b', 'B', '{"y":2}')),
      ],
      [
        ['A', { x: 1 }],
        ['B', { y: 2 }],
      ],
    ],
    [
      'two in one chunk',
      [calls(call(0, 'a', 'A', '{"x":1}'), call(1, 'b', 'B', '{}'))],
      [
        ['A', { x: 1 }],
        ['B', {}],
      ],
    ],
    [
      'no index',
      [calls(call(undefined, 'a', 'A', '{"x":1}')), calls(call(undefined, 'b', 'B', '{"y":2}'))],
      [
        ['A', { x: 1 }],
        ['B', { y: 2 }],
      ],
    ],
    [
      'no index, in pieces',
      [
        calls(call(undefined, 'a', 'A', '{"x"')),
        calls(call(undefined, undefined, undefined, ':1}')),
      ],
      [['A', { x: 1 }]],
    ],
    [
      'no id, one index, whole calls',
      [calls(call(0, '', 'A', '{"x":1}')), calls(call(0, '', 'A', '{"x":2}'))],
      [
        ['A', { x: 1 }],
        ['A', { x: 2 }],
      ],
    ],
    [
      'the same id for two indices',
      [calls(call(0, 'a', 'A', '{"x":1}')), calls(call(1, 'a', 'B', '{"y":2}'))],
      [
        ['A', { x: 1 }],
        ['B', { y: 2 }],
      ],
    ],
    [
      'a new id with every chunk',
      [
        calls(call(0, 'a', 'A', '{"x"')),
        calls(call(0, 'b', undefined, ':1')),
        calls(call(0, 'c', '', '}')),
      ],
      [['A', { x: 1 }]],
    ],
    [
      'the name in every chunk',
      [
        calls(call(0, 'a', 'A', '{"x"')),
        calls(call(0, 'a', 'A', ':1}')),
        calls(call(0, 'a', 'A', '')),
      ],
      [['A', { x: 1 }]],
    ],
    [
      'index first, id and name later',
      [calls({ index: 0 }), calls(call(0, 'a', 'A', '{"x":1}'))],
      [['A', { x: 1 }]],
    ],
    [
      'arguments before the name',
      [calls(call(0, 'a', undefined, '{"x"')), calls(call(0, undefined, 'A', ':1}'))],
      [['A', { x: 1 }]],
    ],
    ['arguments as an object', [calls(call(0, 'a', 'A', { x: 1 }))], [['A', { x: 1 }]]],
    [
      'arguments null',
      [calls(call(0, 'a', 'A', null)), calls(call(0, undefined, undefined, '{"x":1}'))],
      [['A', { x: 1 }]],
    ],
    ['no arguments at all', [calls(call(0, 'a', 'A', undefined))], [['A', {}]]],
    [
      'never a name',
      [calls(call(0, 'a', undefined, '{}')), calls(call(1, 'b', 'B', '{}'))],
      [['B', {}]],
    ],
    [
      'the older form',
      [
        chunk({ function_call: { name: 'A', arguments: '{"x"' } }),
        chunk({ function_call: { arguments: ':1}' } }),
      ],
      [['A', { x: 1 }]],
    ],
    [
      'three mixed',
      [
        calls(call(0, 'a', 'A', '{"x"')),
        calls(call(1, 'b', 'B', '{"y"')),
        calls(call(2, 'c', 'C', '{"z"')),
        calls(call(2, undefined, undefined, ':3}')),
        calls(call(1, undefined, undefined, ':2}')),
        calls(call(0, undefined, undefined, ':1}')),
      ],
      [
        ['A', { x: 1 }],
        ['B', { y: 2 }],
        ['C', { z: 3 }],
      ],
    ],
  ])('%s', (_name, chunks, expected) => {
    const result = decode(sse(...chunks, STOP, '[DONE]'));
    expect(tools(result)).toEqual(expected);
    expect(result.message['stop_reason']).toBe('tool_use');
  });

  test('text in the middle of a call waits for its end', () => {
    const result = decode(
      sse(
        calls(call(0, 'a', 'A', '{"x"')),
        chunk({ content: 'T', reasoning: 'R' }),
        calls(call(0, undefined, undefined, ':1}')),
        STOP,
        '[DONE]',
      ),
    );
    expect(types(result)).toEqual(['tool_use', 'thinking', 'text']);
    expect(tools(result)).toEqual([['A', { x: 1 }]]);
  });

  test('text behind a complete call', () => {
    const result = decode(
      sse(calls(call(0, 'a', 'A', '{"x":1}')), chunk({ content: 'T' }), STOP, '[DONE]'),
    );
    expect(types(result)).toEqual(['tool_use', 'text']);
  });

  test('arguments are passed on as they come', () => {
    const { visible } = decodeStream([
      sse(
        calls(call(0, 'a', 'A', '{"x"')),
        calls(call(0, undefined, undefined, ': [1')),
        calls(call(0, undefined, undefined, ']}')),
        STOP,
        '[DONE]',
      ),
    ]);
    const pieces = visible.flatMap((event) =>
      event.type === 'content_block_delta' && event.delta.type === 'input_json_delta'
        ? [event.delta.partial_json]
        : [],
    );
    expect(pieces).toEqual(['{"x', '": [1', ']}']);
  });

  test('cut off by the output limit', () => {
    const result = decode(
      sse(calls(call(0, 'a', 'A', '{"command":"rm -rf /tm')), chunk({}, 'length'), '[DONE]'),
    );
    expect(result.message['stop_reason']).toBe('max_tokens');
    expect(tools(result)).toEqual([['A', {}]]);
  });

  test('white space inside of a string is no failure', () => {
    const wide = `{"x":"${' '.repeat(2000)}"}`;
    expect(tools(decode(sse(calls(call(0, 'a', 'A', wide)), STOP, '[DONE]')))).toEqual([
      ['A', { x: ' '.repeat(2000) }],
    ]);
  });
});

describe('text and thinking', () => {
  test('each change of kind is a new block', () => {
    const result = decode(
      sse(
        chunk({ reasoning: 'a' }),
        chunk({ content: 'b' }),
        chunk({ reasoning: 'c' }),
        chunk({ content: 'd' }),
        STOP,
        '[DONE]',
      ),
    );
    expect(types(result)).toEqual(['thinking', 'text', 'thinking', 'text']);
  });

  test('two copies of the reasoning are one', () => {
    const { message } = decode(
      sse(
        chunk({
          reasoning: 'a',
          reasoning_content: 'a',
          reasoning_details: [{ type: 'reasoning.text', text: 'a' }],
        }),
        STOP,
        '[DONE]',
      ),
    );
    expect(message['content']).toMatchObject([{ type: 'thinking', thinking: 'a' }]);
  });

  test('white space between reasoning and tools is dropped, before text it is kept', () => {
    const blank = [chunk({ reasoning: 'r' }), chunk({ content: '\n' }), chunk({ content: '\n' })];
    expect(types(decode(sse(...blank, calls(call(0, 'a', 'A', '{}')), STOP, '[DONE]')))).toEqual([
      'thinking',
      'tool_use',
    ]);
    expect(types(decode(sse(...blank, STOP, '[DONE]')))).toEqual(['thinking']);
    const { message } = decode(
      sse(...blank, chunk({ content: 'a' }), chunk({ content: '\n' }), STOP, '[DONE]'),
    );
    expect((message['content'] as Json[])[1]).toEqual({ type: 'text', text: '\n\na\n' });
  });

  test('content as parts, and a refusal', () => {
    const parts = {
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'r' }] },
        { type: 'text', text: 't' },
      ],
    };
    expect(types(decode(sse(chunk(parts), STOP, '[DONE]')))).toEqual(['thinking', 'text']);
    const refused = decode(sse(chunk({ refusal: 'no' }), STOP, '[DONE]'));
    expect(refused.message).toMatchObject({ stop_reason: 'refusal', content: [{ text: 'no' }] });
  });

  const THINK = { target: chatTarget({ compat: { thinkTags: true } }) };
  test.each([
    ['<think>\nr</think>\n\nt', ['\nr', 't']],
    ['\n<think>r', ['r']],
    ['a <think> b', ['a <think> b']],
    ['<thin', ['<thin']],
    ['<think>r</thin', ['r</thin']],
  ])('%j', (content, expected) => {
    for (const size of [1, 2, 5, 100]) {
      const pieces = content.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const { message } = decode(
        sse(...pieces.map((piece) => chunk({ content: piece })), STOP, '[DONE]'),
        THINK,
      );
      expect(
        (message['content'] as Json[]).map((block) => block['thinking'] ?? block['text']),
      ).toEqual(expected);
    }
  });
});

describe('stop strings', () => {
  const request = { ...ASK, stop_sequences: ['1', '2', '3', '4', 'END', 'STOP'] };
  const run = (...pieces: string[]) =>
    decode(sse(...pieces.map((content) => chunk({ content })), STOP, '[DONE]'), { request });

  test('those that the upstream has no room for are cut here', () => {
    for (const pieces of [['abENDcd'], ['ab', 'E', 'N', 'D', 'cd'], ['abEN', 'Dcd']]) {
      const { message, transform } = run(...pieces);
      expect(message).toMatchObject({
        stop_reason: 'stop_sequence',
        stop_sequence: 'END',
        content: [{ text: 'ab' }],
      });
      expect(transform.state).toBe('finished');
    }
  });

  test('a beginning that leads nowhere is text', () => {
    expect(run('abE', 'Nx', 'ST').message).toMatchObject({
      stop_reason: 'end_turn',
      content: [{ text: 'abENxST' }],
    });
  });

  test('the one that the upstream names', () => {
    const choice = { index: 0, delta: {}, finish_reason: 'stop', stop_reason: '2' };
    const { message } = decode(sse(chunk({ content: 'a' }), { choices: [choice] }, '[DONE]'), {
      request,
    });
    expect(message).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: '2' });
  });
});

describe('the end', () => {
  test('several finish chunks, usage in every chunk: the first reason, the last counts, one end', () => {
    const usage = (completion_tokens: number) => ({
      usage: { prompt_tokens: 10, completion_tokens },
    });
    const { message } = decode(
      sse(
        chunk({ content: 'a' }, null, usage(1)),
        chunk({}, 'length', usage(2)),
        chunk({}, 'stop', usage(3)),
        '[DONE]',
      ),
    );
    expect(message).toMatchObject({
      stop_reason: 'max_tokens',
      usage: { input_tokens: 10, output_tokens: 3 },
    });
  });

  test('counts that nobody gave are estimated, never zero', () => {
    const { message, transform } = decode(sse(chunk({ content: 'some words' }), STOP, '[DONE]'));
    const usage = message['usage'] as Record<string, number>;
    expect(usage['input_tokens']).toBeGreaterThan(0);
    expect(usage['output_tokens']).toBeGreaterThan(0);
    expect(transform.usage).toBeNull();
  });

  test('thinking is counted where the upstream does', () => {
    const usage = {
      prompt_tokens: 1,
      completion_tokens: 9,
      completion_tokens_details: { reasoning_tokens: 4 },
    };
    const { message } = decode(sse(chunk({ content: 'a' }, 'stop', { usage }), '[DONE]'));
    expect(message['usage']).toMatchObject({
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 4 },
    });
  });

  test.each([
    ['[DONE] without a reason', sse(chunk({ content: 'a' }), '[DONE]'), 'end_turn'],
    [
      '[DONE] behind a call without a reason',
      sse(calls(call(0, 'a', 'A', '{}')), '[DONE]'),
      'tool_use',
    ],
    ['a reason that nobody knows', sse(chunk({ content: 'a' }, 'eos'), '[DONE]'), 'end_turn'],
    ['tool_calls without any', sse(chunk({ content: 'a' }, 'tool_calls'), '[DONE]'), 'end_turn'],
    [
      'frames without choices',
      sse(
        { choices: [], prompt_filter_results: [] },
        chunk({ content: 'a' }),
        { choices: [{ index: 0, content_filter_offsets: {} }] },
        STOP,
        '[DONE]',
      ),
      'end_turn',
    ],
    [
      'a whole message in one chunk',
      sse({
        choices: [
          { index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' },
        ],
      }),
      'end_turn',
    ],
    [
      'a whole message behind its deltas',
      sse(
        chunk({ content: 'a' }),
        { choices: [{ index: 0, message: { content: 'a' }, finish_reason: 'stop' }] },
        '[DONE]',
      ),
      'end_turn',
    ],
    [
      'a second choice',
      sse(
        chunk({ content: 'a' }),
        { choices: [{ index: 1, delta: { content: 'b' } }] },
        STOP,
        '[DONE]',
      ),
      'end_turn',
    ],
    [
      'keep-alives that are no JSON',
      sse(chunk({ content: 'a' }), 'ping', STOP, '[DONE]'),
      'end_turn',
    ],
    ['a last event that was cut', `${sse(chunk({ content: 'a' }), STOP)}data: {"usa`, 'end_turn'],
    [
      'an answer behind [DONE]',
      sse(chunk({ content: 'a' }), STOP, '[DONE]', chunk({ content: 'b' })),
      'end_turn',
    ],
  ])('%s', (_name, text, reason) => {
    const result = decode(text);
    expect(result.message['stop_reason']).toBe(reason);
    expect(result.transform.state).toBe('finished');
    const texts = (result.message['content'] as Json[]).flatMap((block) =>
      block['type'] === 'text' ? [block['text']] : [],
    );
    expect(texts.join('')).toMatch(/^a?$/);
  });

  test.each([
    ['nothing', '', 'truncated_reply'],
    ['comments', ': a\n\n: b\n\n', 'truncated_reply'],
    ['[DONE] alone', sse('[DONE]'), 'truncated_reply'],
    [
      'counts alone',
      sse({ choices: [], usage: { prompt_tokens: 1 } }, '[DONE]'),
      'truncated_reply',
    ],
    ['a role alone', sse(chunk({ role: 'assistant', content: '' })), 'truncated_reply'],
    ['text, then the end', sse(chunk({ content: 'a' })), 'truncated_reply'],
    ['an error first', sse({ error: { message: 'full', code: 503 } }), 'overloaded'],
    ['an error as a string', sse({ error: 'broken' }), 'upstream_failed'],
    [
      'an error by its event',
      'event: error\ndata: {"message":"slow down","code":429}\n\n',
      'rate_limited',
    ],
    ['an error by its event, no JSON', 'event: error\ndata: broken\n\n', 'upstream_failed'],
    [
      'an error in the choice',
      sse({
        choices: [
          { index: 0, delta: {}, error: { code: 502, message: 'x' }, finish_reason: 'error' },
        ],
      }),
      'upstream_failed',
    ],
    ['finish_reason abort', sse(chunk({ content: 'a' }), chunk({}, 'abort')), 'upstream_failed'],
    [
      'a window that was full before an answer',
      sse(chunk({ role: 'assistant' }, 'model_context_window_exceeded'), '[DONE]'),
      'context_overflow',
    ],
    ['finish_reason error', sse(chunk({ content: 'a' }), chunk({}, 'error')), 'upstream_failed'],
    [
      'an overflow',
      sse({ error: { message: "This model's maximum context length is 10 tokens" } }),
      'context_overflow',
    ],
    ['an HTML page', '<html>busy</html>', 'malformed_reply'],
    ['another JSON', '{"hello":1}', 'malformed_reply'],
    [
      'an error body',
      '{"error":{"message":"bad key","type":"authentication_error"}}',
      'upstream_unauthorized',
    ],
    ['a code and a message', '{"code":1113,"msg":"no balance"}', 'upstream_billing'],
    ['JSON that was cut', '{"choices":[{"message":{"cont', 'malformed_reply'],
  ])('%s is an error', (_name, text, kind) => {
    const { transform, visible } = decode(text);
    expect(transform.state).toBe('failed');
    expect(transform.error?.kind).toBe(kind as never);
    expect(transform.error?.message).toMatch(/my-route/);
    expect(visible.at(-1)?.type).toBe('error');
  });

  test('a prompt that is too long, answered with nothing and length', () => {
    const target = chatTarget({ facts: { contextWindow: 1000 } });
    const { transform } = decode(
      sse(chunk({}, 'length', { usage: { prompt_tokens: 998, completion_tokens: 0 } }), '[DONE]'),
      { target },
    );
    expect(transform.error?.message).toStartWith('prompt is too long: 998 tokens > 997 maximum');
  });
});

describe('the state that the upstream layer sees', () => {
  const open = () => openaiChat.encode(testCall(ASK), chatTarget()).decoder.stream();
  const push = (transform: ReturnType<typeof open>, text: string) =>
    transform.push(Buffer.from(text));

  test('waiting until there is something to show', () => {
    const transform = open();
    expect(push(transform, ': OPENROUTER PROCESSING\n\n')).toHaveLength(0);
    expect(push(transform, sse(chunk({ role: 'assistant', content: '' })))).toHaveLength(0);
    expect(transform.state).toBe('waiting');
    expect(push(transform, sse(chunk({ content: 'a' }))).length).toBeGreaterThan(0);
    expect(transform.state).toBe('open');
  });

  test('a connection lost behind the last chunk is a finished answer', () => {
    const transform = open();
    push(transform, sse(chunk({ content: 'a' }), STOP));
    const bytes = transform.fail(new GatewayError('connection_lost', 'x'));
    expect(Buffer.from(bytes).toString()).toContain('message_stop');
    expect(transform.state).toBe('finished');
  });

  test('after a failure nothing comes any more', () => {
    const transform = open();
    push(transform, sse(chunk({ content: 'a' })));
    expect(transform.fail(new GatewayError('connection_lost', 'x')).length).toBeGreaterThan(0);
    expect(transform.fail(new GatewayError('connection_lost', 'x'))).toHaveLength(0);
    expect(push(transform, sse(STOP))).toHaveLength(0);
    expect(transform.error?.kind).toBe('connection_lost');
  });

  test('one chunk in, one chunk out', () => {
    const transform = open();
    const bytes = push(
      transform,
      sse(...Array.from({ length: 50 }, () => chunk({ content: 'a' }))),
    );
    expect(Buffer.from(bytes).toString().split('event: content_block_delta')).toHaveLength(51);
  });
});

describe('whole replies', () => {
  const whole = (message: Json, finish = 'stop') => ({
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  });
  const body = (value: unknown, request: Json = ASK, target = chatTarget()): Json => {
    const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    const { decoder } = openaiChat.encode(testCall({ ...request, stream: false }), target);
    return JSON.parse(Buffer.from(decoder.body(bytes).body).toString()) as Json;
  };

  test('the envelope', () => {
    expect(body(whole({ content: 'a' }))).toEqual({
      id: expect.stringMatching(/^msg_[a-zA-Z0-9]{24}$/),
      type: 'message',
      role: 'assistant',
      model: 'anthropic/kimi/k2',
      content: [{ type: 'text', text: 'a' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 3,
        output_tokens: 2,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
      },
    });
  });

  test('a stream where a whole reply was asked for', () => {
    expect(
      body(sse(chunk({ content: 'a' }), chunk({ content: 'b' }, 'stop'), '[DONE]')),
    ).toMatchObject({ content: [{ text: 'ab' }] });
    expect(() => body(sse(chunk({ content: 'a' })))).toThrow(/ended before completion/);
    expect(() => body(sse({ error: { message: 'x', code: 429 } }))).toThrow(GatewayError);
  });

  test.each([
    ['line ends in strings', '{"a":"x\ny"}', { a: 'x\ny' }],
    ['a comma too many', '{"a":[1,],}', { a: [1] }],
    ['encoded twice', '"{\\"a\\":1}"', { a: 1 }],
    ['a list', '[1]', {}],
    ['cut off', '{"command":"rm -rf /tm', {}],
    ['no JSON', 'ls -la', {}],
  ])('arguments: %s', (_name, args, input) => {
    const message = { tool_calls: [{ id: 'a', function: { name: 'A', arguments: args } }] };
    expect(body(whole(message))['content']).toMatchObject([{ type: 'tool_use', input }]);
  });

  test.each([
    ['nothing', ''],
    ['no choices', '{"choices":[]}'],
    ['null', 'null'],
    ['HTML', '<html></html>'],
    ['choices of no kind', '{"choices":[null]}'],
    ['choices null', '{"choices":null}'],
    ['a list of errors', '[{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT"}}]'],
  ])('%s is an error, never an exception of another kind', (_name, text) => {
    expect(() => body(text)).toThrow(GatewayError);
  });

  test('sources are shown at the end', () => {
    const reply = {
      ...whole({ content: 'a' }),
      search_results: [{ title: 'Bun', url: 'https://bun.sh' }],
      citations: ['https://x.test'],
    };
    const target = chatTarget({ preset: 'perplexity', model: 'sonar' });
    expect(body(reply, ASK, target)['content']).toEqual([
      { type: 'text', text: 'a\n\nSources:\n[1] Bun https://bun.sh' },
    ]);
  });
});

test('a window that is full in the middle of an answer is its end', () => {
  const { message } = decode(
    sse(chunk({ content: 'a' }), chunk({}, 'model_context_window_exceeded'), '[DONE]'),
  );
  expect(message).toMatchObject({ stop_reason: 'max_tokens', content: [{ text: 'a' }] });
});

describe('structured output', () => {
  const schema = { type: 'object', properties: { title: { type: 'string' } } };
  const request = { ...ASK, output_config: { format: { type: 'json_schema', schema } } };
  const textOf = (text: string, size: number) => {
    const stream = sse(...Array.from(text).map((one) => chunk({ content: one })), STOP, '[DONE]');
    const { message } = decodeStream([stream], { request, size });
    return (message['content'] as Json[]).map((block) => block['text']).join('');
  };

  test.each([
    ['```json\n{"title": "x"}\n```', '{"title": "x"}'],
    ['\n```\n{"title": "x"}```\n', '{"title": "x"}'],
    ['{"title": "x"}', '{"title": "x"}'],
    ['{"title": "```"}', '{"title": "```"}'],
    ['```json\n{"title": "``` a"}\n```', '{"title": "``` a"}'],
    ['```json\n{"title": "x"}', '{"title": "x"}'],
    ['`` no fence', '`` no fence'],
    ['```json\n{}\n``` and words', '{}\n``` and words'],
    ['``', '``'],
  ])('%j is shown as %j', (text, expected) => {
    for (const size of [0, 7]) expect(textOf(text, size)).toBe(expected);
  });
});
