import { describe, expect, test } from 'bun:test';
import type { Usage } from '../../../src/core/messages.ts';
import { passthroughDecoder } from '../../../src/wire/anthropic-messages/response.ts';
import { testCall } from '../../support/openai-chat.ts';
import { testTarget } from '../../support/target.ts';

const target = testTarget();
const event = (data: { readonly type: string } & Record<string, unknown>) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const start = (usage: object) =>
  event({ type: 'message_start', message: { id: 'msg_1', content: [], usage } });
const delta = (usage: object) =>
  event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage });
const text = (value: string) =>
  event({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: value },
  });
const STOP = event({ type: 'message_stop' });

function streamUsage(events: string, size = 1000): Usage | null {
  const stream = passthroughDecoder({ call: testCall({}), target }).stream();
  const bytes = Buffer.from(events);
  for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size));
  stream.end();
  return stream.usage;
}

const FULL_START = {
  input_tokens: 12,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 4000,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
  output_tokens: 1,
};
const FULL: Usage = {
  inputTokens: 12,
  outputTokens: 77,
  cacheReadTokens: 4000,
  cacheWriteTokens: 300,
  cacheWriteHourTokens: 200,
  thinkingTokens: 33,
};
const FULL_END = { output_tokens: 77, output_tokens_details: { thinking_tokens: 33 } };

describe('counts of a stream that passes', () => {
  for (const size of [1, 2, 3, 7, 100_000]) {
    test(`are found at ${size} bytes a chunk`, () => {
      const stream = start(FULL_START) + text('hé') + delta(FULL_END) + STOP;
      expect(streamUsage(stream, size)).toEqual(FULL);
      expect(streamUsage(stream.replaceAll('\n', '\r\n'), size)).toEqual(FULL);
    });
  }

  const cases: [name: string, stream: string, usage: Usage | null][] = [
    ['none where the upstream says nothing', start({}) + STOP, null],
    ['none without a usage', event({ type: 'message_start', message: {} }) + STOP, null],
    [
      'the totals of message_delta replace the first ones',
      start({ input_tokens: 0, output_tokens: 0 }) +
        delta({ input_tokens: 25, output_tokens: 9, cache_read_input_tokens: 5 }) +
        STOP,
      zero({ inputTokens: 25, outputTokens: 9, cacheReadTokens: 5 }),
    ],
    [
      'zeros at the end take nothing back',
      start({ input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 1 }) +
        delta({ input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 9 }) +
        STOP,
      zero({ inputTokens: 25, outputTokens: 9, cacheReadTokens: 5 }),
    ],
    [
      'of several running totals the last one counts',
      start({ input_tokens: 3 }) + delta({ output_tokens: 5 }) + delta({ output_tokens: 8 }) + STOP,
      zero({ inputTokens: 3, outputTokens: 8 }),
    ],
    [
      'null is no count',
      start({ input_tokens: 3, cache_creation: null, cache_read_input_tokens: null }) +
        delta({ output_tokens: 5, output_tokens_details: null }) +
        STOP,
      zero({ inputTokens: 3, outputTokens: 5 }),
    ],
    [
      'what is no number of tokens counts as 0',
      start({ input_tokens: -5, output_tokens: 1e300 }) + delta({ output_tokens: '7' }) + STOP,
      zero({}),
    ],
    [
      'only the parts of the cache writes',
      start({ cache_creation: { ephemeral_5m_input_tokens: 7 } }) + STOP,
      zero({ cacheWriteTokens: 7 }),
    ],
    [
      'a text that quotes counts is none',
      start({ input_tokens: 3, output_tokens: 2 }) +
        text('{"type":"message_delta","usage":{"output_tokens":999}}') +
        STOP,
      zero({ inputTokens: 3, outputTokens: 2 }),
    ],
    [
      "a tool's input that looks like counts is none",
      start({ input_tokens: 3, output_tokens: 2 }) +
        event({
          type: 'content_block_start',
          index: 0,
          content_block: { type: 'server_tool_use', input: { usage: { output_tokens: 999 } } },
        }) +
        STOP,
      zero({ inputTokens: 3, outputTokens: 2 }),
    ],
    [
      'a stream that breaks keeps what was counted',
      start({ input_tokens: 3, output_tokens: 1 }) + text('…'),
      zero({ inputTokens: 3, outputTokens: 1 }),
    ],
  ];
  for (const [name, stream, usage] of cases) {
    test(name, () => {
      expect(streamUsage(stream)).toEqual(usage);
      expect(streamUsage(stream, 1)).toEqual(usage);
    });
  }
});

describe('counts of a whole message', () => {
  const decoder = passthroughDecoder({ call: testCall({}), target });
  const bytes = (message: object) => Buffer.from(JSON.stringify(message));
  const message = {
    type: 'message',
    content: [{ type: 'tool_use', input: { usage: { input_tokens: 999 } } }],
    usage: { ...FULL_START, ...FULL_END },
  };

  test('as it is, and as a stream', () => {
    expect(decoder.body(bytes(message)).usage).toEqual(FULL);
    expect(decoder.bodyAsStream(bytes(message)).usage).toEqual(FULL);
  });

  test('the count of tokens is no usage', () => {
    expect(decoder.body(bytes({ input_tokens: 5 })).usage).toBeNull();
  });

  test('a body that is cut has none', () => {
    expect(decoder.body(bytes(message).subarray(0, -1)).usage).toBeNull();
  });
});

function zero(more: Partial<Usage>): Usage {
  return { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, ...more };
}
