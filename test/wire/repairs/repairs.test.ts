import { describe, expect, test } from 'bun:test';
import { describeRepair, repaired } from '../../../src/wire/repairs/repair.ts';
import { messagesTarget } from '../../support/anthropic-messages.ts';
import { chatTarget } from '../../support/openai-chat.ts';
import { repairsFor, RICH_REQUEST } from '../../support/repairs.ts';

const upstream = messagesTarget();
const flagsOf = (text: string, target = upstream) =>
  repairsFor(target, text).map(({ compat, facts }) => Object.assign({}, compat, facts));

describe('limits', () => {
  const asking = (max_tokens: number) => ({ ...RICH_REQUEST, max_tokens });
  const tooMuch = 'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]';

  test('of the model are remembered, and only if more was asked for', () => {
    expect(repairsFor(upstream, tooMuch)).toEqual([{ facts: { maxOutputTokens: 8192 } }]);
    expect(repairsFor(upstream, tooMuch, asking(8192))).toEqual([]);
    const known = messagesTarget({ facts: { maxOutputTokens: 8192 } });
    expect(repairsFor(known, tooMuch)).toEqual([]);
  });

  const window = (input: number, output: number) =>
    `This model's maximum context length is 65536 tokens. However, you requested ${input + output} tokens (${input} in the messages, ${output} in the completion).`;

  test('of the window leave what fits, for this request', () => {
    expect(repairsFor(upstream, window(40_000, 128_000))).toEqual([
      { facts: { maxOutputTokens: 24_536 }, once: true },
    ]);
  });

  test('of the window are left to the client where the input itself is too long', () => {
    expect(repairsFor(upstream, window(66_000, 128_000))).toEqual([]);
    expect(repairsFor(upstream, window(64_000, 128_000))).toEqual([]);
  });

  test.each([
    [
      'vLLM',
      "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 40960 tokens and your request has 10000 input tokens (32000 > 40960 - 10000).",
      29_960,
    ],
    [
      'Anthropic',
      'input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000, decrease input length or `max_tokens` and try again',
      9000,
    ],
  ])('of the window, in the words of %s', (_, text, maxOutputTokens) => {
    expect(repairsFor(upstream, text)).toEqual([{ facts: { maxOutputTokens }, once: true }]);
  });
});

describe('fields', () => {
  test.each([
    ['context_management: Extra inputs are not permitted', 'context_management'],
    ['tools.0.custom.strict: Extra inputs are not permitted', 'tools.*.strict'],
    ['thinking.adaptive.display: Extra inputs are not permitted', 'thinking.display'],
    ["'messages.1' : property 'signature' is unsupported", 'messages.*.content.*.signature'],
    ['unknown field `output_config`, expected one of `model`', 'output_config'],
  ])('%s', (text, path) => {
    const found = flagsOf(text);
    if (path.includes('signature')) expect(found).toEqual([]);
    else expect(found).toEqual([{ withoutFields: [path] }]);
  });

  test('that make up a request are never taken out', () => {
    for (const name of ['messages', 'model', 'tools', 'system', 'max_tokens', 'role']) {
      expect(flagsOf(`${name}: Extra inputs are not permitted`)).toEqual([]);
      expect(flagsOf(`'${name}' is not supported`)).toEqual([]);
    }
  });

  test('that were not sent are none of ours', () => {
    expect(flagsOf('container: Extra inputs are not permitted')).toEqual([]);
  });

  test('several at once, and other complaints with them', () => {
    const text =
      "messages.1.role: Input should be 'user' or 'assistant'; context_management: Extra inputs are not permitted; output_config.effort: Extra inputs are not permitted";
    expect(flagsOf(text)).toEqual([
      { systemMessages: 'reminders' },
      { withoutFields: ['context_management'] },
      { withoutFields: ['output_config.effort'] },
    ]);
  });

  test('of tool search and structured output by the flag that knows a better way', () => {
    expect(flagsOf('tools.0.custom.defer_loading: Extra inputs are not permitted')).toEqual([
      { toolSearch: false },
    ]);
  });

  test('of chat completions', () => {
    const target = chatTarget({ compat: { reasoningReplay: 'reasoning_content' } });
    expect(
      flagsOf(
        "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
        target,
      ),
    ).toEqual([{ reasoningReplay: 'never', reasoningRequired: 'never' }]);
  });
});

describe('signatures', () => {
  const thought = (signature: string) => ({ type: 'thinking', thinking: 'x', signature });
  const assistant = (...content: object[]) => ({ role: 'assistant', content });
  const user = { role: 'user', content: 'q' };
  const request = {
    ...RICH_REQUEST,
    messages: [
      user,
      assistant(thought('real-1')),
      user,
      assistant(thought('foreign-1'), thought('foreign-2')),
      user,
      assistant(thought('foreign-3')),
      user,
    ],
  };
  const original = messagesTarget({ preset: 'anthropic', model: 'claude-sonnet-5' });
  const invalid = (message: number, block: number) =>
    `messages.${message}.content.${block}: Invalid \`signature\` in \`thinking\` block`;

  test('from the refused one on', () => {
    expect(repairsFor(original, invalid(3, 0), request)).toEqual([
      { refusedSignatures: ['foreign-1', 'foreign-2', 'foreign-3'] },
    ]);
    expect(repairsFor(original, invalid(3, 1), request)).toEqual([
      { refusedSignatures: ['foreign-2', 'foreign-3'] },
    ]);
  });

  test('of one session don’t touch another one', () => {
    const [repair] = repairsFor(original, invalid(3, 0), request);
    const later = repaired(original, repair!);
    expect(later.compat).toEqual(original.compat);
    expect(repairsFor(later, invalid(1, 0), request)).toEqual([{ refusedSignatures: ['real-1'] }]);
  });

  test('that are missing are not sent again', () => {
    expect(flagsOf('messages.1.content.0.thinking.signature: Field required')).toEqual([
      { signatures: 'checked' },
    ]);
  });

  test('Anthropic itself gets nothing else changed', () => {
    expect(repairsFor(original, 'context_management: Extra inputs are not permitted')).toEqual([]);
    expect(repairsFor(original, 'max_tokens: 128000 > 64000, which is the maximum')).toEqual([]);
  });
});

test('thinking that must come back: for calls, then for all, then none', () => {
  const text = 'The `content[].thinking` in the thinking mode must be passed back to the API.';
  const first = repairsFor(upstream, text);
  expect(first).toEqual([{ compat: { reasoningRequired: 'tool-calls', signatures: 'ignored' } }]);
  const second = repairsFor(first.reduce(repaired, upstream), text);
  expect(second).toEqual([{ compat: { reasoningRequired: 'all', signatures: 'ignored' } }]);
  const third = repairsFor([...first, ...second].reduce(repaired, upstream), text);
  expect(third).toEqual([{ compat: { thinkingConfig: 'disabled' }, once: true }]);
});

test('efforts of chat completions follow the list that the upstream gives', () => {
  const target = chatTarget({ compat: { thinking: 'reasoning_effort' } });
  const text =
    "Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. Supported values are: 'none', 'low', and 'high'.";
  expect(repairsFor(target, text)).toEqual([
    {
      compat: {
        efforts: { low: 'low', medium: 'low', high: 'high', xhigh: 'high', max: 'high' },
        effortOff: 'none',
      },
    },
  ]);
});

test('betas by name, or all of them', () => {
  expect(
    flagsOf('Unexpected value(s) `a-1`, `b-2` for the `anthropic-beta` header. Please consult'),
  ).toEqual([{ withoutBetas: ['a-1', 'b-2'] }]);
  expect(flagsOf('invalid beta flag')).toEqual([{ betas: false }]);
});

test('a repair reads like the configuration', () => {
  expect(
    describeRepair({ compat: { withoutFields: ['a.b'] }, facts: { maxOutputTokens: 8192 } }),
  ).toBe('withoutFields: ["a.b"], maxOutputTokens: 8192');
  expect(describeRepair({ refusedSignatures: ['x', 'y'] })).toBe(
    'thinking of another model left out: 2',
  );
});

test('lists of the configuration are added to, other flags replaced', () => {
  const target = messagesTarget({ compat: { withoutFields: ['a'], thinkingConfig: 'none' } });
  const { compat } = repaired(target, {
    compat: { withoutFields: ['b', 'a'], thinkingConfig: 'budget' },
  });
  expect([compat.withoutFields, compat.thinkingConfig]).toEqual([['a', 'b'], 'budget']);
  expect(target.compat.withoutFields).toEqual(['a']);
});
