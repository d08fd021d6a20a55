import { describe, expect, test } from 'bun:test';
import { decodeCarrier, encodeCarrier } from '../../../src/wire/carrier.ts';
import { requestedThinking } from '../../../src/wire/requested-thinking.ts';
import {
  ASK,
  chatTarget,
  chunk,
  decodeStream,
  encodeChat,
  sse,
  type Json,
} from '../../support/openai-chat.ts';

const FIELDS = ['thinking', 'reasoning', 'reasoning_effort', 'enable_thinking', 'thinking_budget'];
const TOOL = { name: 'Bash', description: 'd', input_schema: { type: 'object', properties: {} } };
const off = { thinking: { type: 'disabled' }, output_config: { effort: 'high' } };
const at = (effort: string) => ({ thinking: { type: 'adaptive' }, output_config: { effort } });

function sent(preset: string, model: string, request: Json): Json {
  const body = encodeChat(
    { ...ASK, thinking: undefined, ...request },
    chatTarget({ preset, model }),
  );
  return Object.fromEntries(FIELDS.flatMap((name) => (name in body ? [[name, body[name]]] : [])));
}

describe('what the client wants', () => {
  test.each([
    [{}, { on: false, refused: false }],
    [{ output_config: { effort: 'high' } }, { on: false, refused: false }],
    [off, { on: false, refused: true }],
    [{ thinking: { type: 'adaptive' } }, { on: true, effort: 'high', budget: null }],
    [at('low'), { on: true, effort: 'low', budget: null }],
    [at('future'), { on: true, effort: 'high', budget: null }],
    [
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      { on: true, effort: 'low', budget: 1024 },
    ],
    [
      { thinking: { type: 'enabled', budget_tokens: 8192 } },
      { on: true, effort: 'medium', budget: 8192 },
    ],
    [
      { thinking: { type: 'enabled', budget_tokens: 24_576 } },
      { on: true, effort: 'high', budget: 24_576 },
    ],
    [
      { thinking: { type: 'enabled', budget_tokens: 31_999 } },
      { on: true, effort: 'xhigh', budget: 31_999 },
    ],
    [{ thinking: { type: 'enabled' } }, { on: true, effort: 'high', budget: null }],
  ])('%j', (request, expected) => expect(requestedThinking(request)).toEqual(expected as never));
});

describe('each vendor in its own way', () => {
  test.each<[string, string, Json, Json]>([
    ['openai', 'gpt-4o', at('high'), {}],
    ['openai', 'gpt-5', at('max'), { reasoning_effort: 'high' }],
    ['openai', 'gpt-5', off, { reasoning_effort: 'minimal' }],
    ['openai', 'gpt-5.2', at('max'), { reasoning_effort: 'xhigh' }],
    ['openai', 'gpt-5.2', off, { reasoning_effort: 'none' }],
    ['openai', 'gpt-5.6', at('medium'), { reasoning_effort: 'medium' }],
    ['openai', 'gpt-5.6', { ...at('medium'), tools: [TOOL] }, { reasoning_effort: 'none' }],
    ['openai', 'gpt-5.2', { ...at('medium'), tools: [TOOL] }, { reasoning_effort: 'medium' }],
    ['openai', 'o3', off, { reasoning_effort: 'low' }],
    ['azure_openai', 'gpt-5', at('low'), { reasoning_effort: 'low' }],
    ['deepseek', 'deepseek-v4-flash', off, { thinking: { type: 'disabled' } }],
    [
      'deepseek',
      'deepseek-v4-flash',
      at('medium'),
      { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
    ],
    [
      'deepseek',
      'deepseek-v4-flash',
      at('max'),
      { thinking: { type: 'enabled' }, reasoning_effort: 'max' },
    ],
    [
      'deepseek',
      'deepseek-v4-flash',
      at('low'),
      { thinking: { type: 'enabled' }, reasoning_effort: 'low' },
    ],
    ['openrouter', 'z-ai/glm-5', at('max'), { reasoning: { effort: 'xhigh' } }],
    ['openrouter', 'z-ai/glm-5', off, { reasoning: { enabled: false } }],
    ['openrouter', 'openai/gpt-oss-120b', off, {}],
    ['glm', 'glm-4.7', at('low'), { thinking: { type: 'enabled', clear_thinking: false } }],
    [
      'glm',
      'glm-5',
      at('xhigh'),
      { thinking: { type: 'enabled', clear_thinking: false }, reasoning_effort: 'high' },
    ],
    ['zai', 'glm-5', off, { thinking: { type: 'disabled' } }],
    ['zai', 'glm-5.3', off, {}],
    ['kimi', 'kimi-k2.5', at('high'), { thinking: { type: 'enabled' } }],
    ['kimi', 'kimi-k2.6', at('high'), { thinking: { type: 'enabled', keep: 'all' } }],
    ['kimi', 'kimi-k2.5', off, { thinking: { type: 'disabled' } }],
    ['kimi', 'kimi-k3', at('medium'), { reasoning_effort: 'high' }],
    ['kimi', 'kimi-k3', off, {}],
    ['kimi', 'kimi-k2-turbo-preview', at('high'), {}],
    ['groq', 'openai/gpt-oss-120b', at('max'), { reasoning_effort: 'high' }],
    ['groq', 'openai/gpt-oss-120b', off, {}],
    ['groq', 'qwen/qwen3-32b', at('high'), { reasoning_effort: 'default' }],
    ['groq', 'qwen/qwen3-32b', off, { reasoning_effort: 'none' }],
    ['groq', 'llama-3.3-70b-versatile', at('high'), {}],
    ['together', 'zai-org/GLM-4.6', at('high'), { reasoning: { enabled: true } }],
    ['together', 'zai-org/GLM-4.6', off, { reasoning: { enabled: false } }],
    [
      'siliconflow',
      'Qwen/Qwen3-32B',
      { thinking: { type: 'enabled', budget_tokens: 4096 } },
      { enable_thinking: true, thinking_budget: 4096 },
    ],
    ['siliconflow', 'Qwen/Qwen3-32B', off, { enable_thinking: false }],
    ['siliconflow', 'Qwen/Qwen3-Coder-30B-A3B-Instruct', at('high'), {}],
    ['dashscope', 'qwen-plus', at('high'), { enable_thinking: true }],
    ['fireworks', 'accounts/fireworks/models/glm-4p6', off, { reasoning_effort: 'none' }],
    ['mistral', 'mistral-large-latest', at('high'), {}],
    ['mistral', 'mistral-small-latest', at('low'), { reasoning_effort: 'high' }],
    ['mistral', 'mistral-small-latest', off, { reasoning_effort: 'none' }],
    ['perplexity', 'sonar-pro', at('high'), {}],
    ['gemini', 'gemini-2.5-flash', off, { reasoning_effort: 'none' }],
    ['gemini', 'gemini-3-pro-preview', off, {}],
    ['gemini', 'gemini-3-pro-preview', at('xhigh'), { reasoning_effort: 'high' }],
    ['xai', 'grok-3-mini', at('medium'), { reasoning_effort: 'low' }],
    ['xai', 'grok-4', at('high'), {}],
    ['vllm', 'anything', at('high'), {}],
  ])('%s %s %j', (preset, model, request, expected) => {
    expect(sent(preset, model, request)).toEqual(expected);
  });
});

describe('earlier reasoning', () => {
  const carrier = (more: Json = {}) =>
    encodeCarrier({ p: 'openrouter', m: 'm', f: 'reasoning', ...more });
  const history = (thinking: Json[], calls: boolean): Json[] => [
    { role: 'user', content: 'q' },
    {
      role: 'assistant',
      content: [
        ...thinking,
        { type: 'text', text: 'a' },
        ...(calls ? [{ type: 'tool_use', id: 'x', name: 'Bash', input: {} }] : []),
      ],
    },
    {
      role: 'user',
      content: calls ? [{ type: 'tool_result', tool_use_id: 'x', content: 'r' }] : 'r',
    },
  ];
  const replayed = (preset: string, thinking: Json[], calls = true, model = 'm'): Json => {
    const body = encodeChat(
      { ...ASK, tools: [TOOL], messages: history(thinking, calls) },
      chatTarget({ preset, model }),
    );
    const { reasoning_content, reasoning, reasoning_details } = (body['messages'] as Json[])[1]!;
    return { reasoning_content, reasoning, reasoning_details };
  };
  const none = { reasoning_content: undefined, reasoning: undefined, reasoning_details: undefined };
  const signed = [{ type: 'thinking', thinking: 'R', signature: 'EqQBReal' }];
  const bare = [{ type: 'thinking', thinking: 'R', signature: '' }];

  test.each(['openai', 'azure_openai', 'groq', 'mistral', 'together', 'perplexity', 'gemini'])(
    '%s never gets any',
    (preset) => expect(replayed(preset, bare)).toEqual(none),
  );

  test.each(['deepseek', 'kimi', 'glm', 'zai', 'fireworks', 'siliconflow'])(
    '%s gets the text',
    (preset) => {
      expect(replayed(preset, bare)).toEqual({ ...none, reasoning_content: 'R' });
      expect(replayed(preset, signed)).toEqual({ ...none, reasoning_content: 'R' });
    },
  );

  test('where it is required it is never missing', () => {
    const standIn = { ...none, reasoning_content: '(reasoning not available)' };
    expect(replayed('deepseek', [])).toEqual(standIn);
    expect(replayed('kimi', [])).toEqual(standIn);
    expect(replayed('deepseek', [], false)).toEqual(standIn);
    expect(replayed('kimi', [], false)).toEqual(none);
    expect(replayed('deepseek', bare, true, 'deepseek-r1')).toEqual(none);
  });

  test('details go back whole, to where they came from only', () => {
    const d = [{ type: 'reasoning.encrypted', data: 'zzz', index: 0 }];
    const block = [{ type: 'thinking', thinking: 'R', signature: carrier({ d }) }];
    expect(replayed('openrouter', block)).toEqual({ ...none, reasoning_details: d });
    expect(replayed('openrouter', bare)).toEqual({ ...none, reasoning: 'R' });
    expect(replayed('deepseek', block)).toEqual({ ...none, reasoning_content: 'R' });
    const other = [
      { type: 'thinking', thinking: 'R', signature: encodeCarrier({ p: 'minimax', m: 'm', d }) },
    ];
    expect(replayed('openrouter', other)).toEqual({ ...none, reasoning: 'R' });
  });

  test('a signature that was tampered with is none', () => {
    for (const signature of [
      'ccp1.',
      'ccp1.%%%',
      `ccp1.${Buffer.from('[1]').toString('base64url')}`,
      'EqQB',
      '',
      7,
    ]) {
      expect(decodeCarrier(signature)).toBeNull();
    }
  });

  test('streamed details are joined, survive the client and go back unchanged', () => {
    const target = chatTarget({ preset: 'openrouter', model: 'google/gemini-3-pro' });
    const text = (value: string, more: Json = {}): Json => ({
      type: 'reasoning.text',
      text: value,
      index: 0,
      ...more,
    });
    const secret = { type: 'reasoning.encrypted', data: 'S', index: 1 };
    const call = { index: 0, id: 'c', function: { name: 'Bash', arguments: '{}' } };
    const { message } = decodeStream(
      [
        sse(
          chunk({ reasoning: 'ab', reasoning_details: [text('ab')] }),
          chunk({ reasoning: 'cd', reasoning_details: [text('cd', { signature: 'sig' })] }),
          chunk({ content: '', reasoning_details: [secret] }),
          chunk({ tool_calls: [call] }, 'tool_calls'),
          '[DONE]',
        ),
      ],
      { target },
    );
    const content = message['content'] as Json[];
    expect(content.map((block) => block['type'])).toEqual(['thinking', 'tool_use']);
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content },
    ];
    const next = encodeChat({ ...ASK, tools: [TOOL], messages }, target)['messages'] as Json[];
    expect(next[1]?.['reasoning_details']).toEqual([text('abcd', { signature: 'sig' }), secret]);
    expect(next[1]?.['tool_calls']).toMatchObject([{ id: 'c' }]);
  });

  test('details behind an answer are dropped: its text has to be the last block', () => {
    const secret = { type: 'reasoning.encrypted', data: 'S', index: 1 };
    const { message } = decodeStream(
      [sse(chunk({ content: 'answer' }), chunk({ reasoning_details: [secret] }, 'stop'), '[DONE]')],
      { target: chatTarget({ preset: 'openrouter' }) },
    );
    expect(message['content']).toEqual([{ type: 'text', text: 'answer' }]);
  });
});

describe('thinking that was refused', () => {
  const stream = [
    sse(chunk({ reasoning_content: 'R' }), chunk({ content: 'a' }, 'stop'), '[DONE]'),
  ];
  const types = (preset: string) =>
    (
      decodeStream(stream, {
        request: { ...ASK, ...off },
        target: chatTarget({ preset, model: 'm' }),
      }).message['content'] as Json[]
    ).map((block) => block['type']);

  test('is dropped', () => expect(types('vllm')).toEqual(['text']));
  test('is kept where the vendor wants it back', () =>
    expect(types('deepseek')).toEqual(['thinking', 'text']));
});
