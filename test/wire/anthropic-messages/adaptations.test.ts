import { describe, expect, test } from 'bun:test';
import { encodeMessages, type MessagesTargetOptions } from '../../support/anthropic-messages.ts';
import { recordedRequests } from '../../support/fixtures.ts';
import type { Json } from '../../support/openai-chat.ts';

const ask = (more: Json = {}): Json => ({
  model: 'm',
  max_tokens: 32_000,
  messages: [{ role: 'user', content: 'q' }],
  ...more,
});
const sent = (request: Json, options: MessagesTargetOptions = {}) =>
  encodeMessages(request, options).body;
const text = (value: string) => ({ type: 'text', text: value });

describe('attribution', () => {
  const line = 'x-anthropic-billing-header: cc_version=2.1.330; cc_entrypoint=cli;';
  const prompt = { ...text('You are'), cache_control: { type: 'ephemeral' } };

  test('goes, and what stands behind it in the block stays', () => {
    expect(sent(ask({ system: [text(line), prompt] }))['system']).toEqual([prompt]);
    expect(sent(ask({ system: [text(`${line}\n\nrest`), prompt] }))['system']).toEqual([
      text('rest'),
      prompt,
    ]);
    expect(sent(ask({ system: `${line}\nrest` }))['system']).toBe('rest');
  });

  test('is no attribution further behind', () => {
    const system = [prompt, text(line)];
    expect(sent(ask({ system }))['system']).toEqual(system);
  });

  test('stays for those who know it', () => {
    const system = [text(line), prompt];
    expect(sent(ask({ system }), { preset: 'anthropic' })['system']).toEqual(system);
  });
});

describe('thinking', () => {
  const budget = (more: Json) => sent(ask(more), { compat: { thinkingConfig: 'budget' } });
  const adaptive = { type: 'adaptive', display: 'omitted' };

  test.each([
    ['low', 4096],
    ['medium', 8192],
    ['high', 24_576],
    ['xhigh', 31_999],
    ['max', 31_999],
    [undefined, 24_576],
  ])('adaptive with effort %s has a budget of %p', (effort, budget_tokens) => {
    const { thinking } = budget({ thinking: adaptive, output_config: { effort } });
    expect(thinking).toEqual({ type: 'enabled', budget_tokens });
  });

  test('has its budget below max_tokens, or is off', () => {
    expect(budget({ thinking: adaptive, max_tokens: 3000 })['thinking']).toEqual({
      type: 'enabled',
      budget_tokens: 2999,
    });
    expect(budget({ thinking: adaptive, max_tokens: 1024 })['thinking']).toEqual({
      type: 'disabled',
    });
    const clamped = sent(ask({ thinking: adaptive }), {
      compat: { thinkingConfig: 'budget' },
      facts: { maxOutputTokens: 8192 },
    });
    expect([clamped['max_tokens'], clamped['thinking']]).toEqual([
      8192,
      { type: 'enabled', budget_tokens: 8191 },
    ]);
  });

  test('in any other form stays, and is switched off or taken out where it must', () => {
    for (const thinking of [{ type: 'disabled' }, { type: 'enabled', budget_tokens: 31_999 }]) {
      expect(budget({ thinking })['thinking']).toEqual(thinking);
    }
    const none = sent(ask({ thinking: adaptive }), { compat: { thinkingConfig: 'none' } });
    expect('thinking' in none).toBe(false);
    const off = sent(ask({ thinking: adaptive }), { compat: { thinkingConfig: 'disabled' } });
    expect(off['thinking']).toEqual({ type: 'disabled' });
  });

  test('that is off takes its effort along where both together are an error', () => {
    const off = { thinking: { type: 'disabled' }, output_config: { effort: 'high' } };
    expect('output_config' in sent(ask(off), { preset: 'deepseek' })).toBe(false);
    expect(sent(ask(off))['output_config']).toEqual({ effort: 'high' });
    const on = { ...off, thinking: adaptive };
    expect(sent(ask(on), { preset: 'deepseek' })['output_config']).toEqual({ effort: 'high' });
  });

  test('stands before every call, or every answer, where the upstream insists', () => {
    const call = { type: 'tool_use', id: 't', name: 'Bash', input: {} };
    const thought = { type: 'thinking', thinking: 'mine', signature: 'x' };
    const hidden = { type: 'thinking', thinking: '', signature: 'x' };
    const messages = [[call], [thought, call], [hidden, call], [text('a')], 'b'].map((content) => ({
      role: 'assistant',
      content,
    }));
    const lost = { type: 'thinking', thinking: '(reasoning not available)' };
    const contents = (more: Json, reasoningRequired: 'tool-calls' | 'all') =>
      (
        sent(ask({ messages, ...more }), { compat: { reasoningRequired } })['messages'] as Json[]
      ).map((message) => message['content']);
    const calls = [
      [lost, call],
      [thought, call],
      [{ ...lost, signature: 'x' }, call],
    ];
    expect(contents({ thinking: adaptive }, 'tool-calls')).toEqual([...calls, [text('a')], 'b']);
    expect(contents({ thinking: adaptive }, 'all')).toEqual([
      ...calls,
      [lost, text('a')],
      [lost, text('b')],
    ]);
    expect(contents({ thinking: { type: 'disabled' } }, 'all')[0]).toEqual([call]);
  });
});

describe('structured output', () => {
  const schema = { type: 'object', properties: { title: { type: 'string' } } };
  const format = { type: 'json_schema', schema };

  test('is told in the prompt where there is no field for it', () => {
    const body = sent(ask({ system: [text('s')], output_config: { effort: 'low', format } }), {
      compat: { outputFormat: false },
    });
    expect(body['output_config']).toEqual({ effort: 'low' });
    expect(body['system']).toEqual([
      text('s'),
      text(expect.stringContaining('JSON Schema') as never),
    ]);
    expect(JSON.stringify(body['system'])).toContain(
      JSON.stringify(JSON.stringify(schema)).slice(1, -1),
    );
  });

  test('in its old place, without any system prompt', () => {
    const body = sent(ask({ output_format: format }), { compat: { outputFormat: false } });
    expect('output_format' in body).toBe(false);
    expect(body['system']).toEndWith(JSON.stringify(schema));
  });

  test('leaves an effort without a format alone', () => {
    const body = sent(ask({ output_config: { effort: 'low' } }), {
      compat: { outputFormat: false },
    });
    expect([body['output_config'], 'system' in body]).toEqual([{ effort: 'low' }, false]);
  });
});

test('a call is forced only where the upstream takes that', () => {
  const forced = { tools: [{ name: 'A', input_schema: {} }], tool_choice: { type: 'any' } };
  const choice = (more: Json, forcedToolChoice: 'without-thinking' | 'never' | 'always') =>
    sent(ask({ ...forced, ...more }), { compat: { forcedToolChoice } })['tool_choice'];
  const thinking = { type: 'adaptive' };
  expect(choice({ thinking }, 'without-thinking')).toEqual({ type: 'auto' });
  expect(choice({}, 'without-thinking')).toEqual({ type: 'any' });
  expect(choice({}, 'never')).toEqual({ type: 'auto' });
  expect(choice({ tool_choice: { type: 'none' } }, 'never')).toEqual({ type: 'none' });
  expect(choice({ thinking }, 'always')).toEqual({ type: 'any' });
});

test('max_tokens is cut to what the model takes, and never raised', () => {
  const limit = { facts: { maxOutputTokens: 8192 } };
  expect(sent(ask(), limit)['max_tokens']).toBe(8192);
  expect(sent(ask({ max_tokens: 10 }), limit)['max_tokens']).toBe(10);
  expect(sent(ask(), { ...limit, preset: 'anthropic' })['max_tokens']).toBe(32_000);
});

test('fields that an upstream rejects go, wherever they stand', () => {
  const request = ask({
    context_management: { edits: [] },
    output_config: { effort: 'high' },
    thinking: { type: 'adaptive', display: 'omitted' },
    tools: [
      { name: 'A', strict: true, input_schema: { strict: true } },
      { name: 'B', input_schema: {} },
    ],
  });
  const body = sent(request, {
    compat: {
      withoutFields: [
        'context_management',
        'output_config.effort',
        'thinking.display',
        'tools.*.strict',
        'not.there',
      ],
    },
  });
  expect(body).toEqual({
    ...ask(),
    model: 'upstream-model',
    thinking: { type: 'adaptive' },
    tools: [
      { name: 'A', input_schema: { strict: true } },
      { name: 'B', input_schema: {} },
    ],
  });
});

test('betas', () => {
  const headers = { 'anthropic-beta': 'a-1, b-2,c-3' };
  const betas = (options: MessagesTargetOptions) =>
    encodeMessages(ask(), { ...options, headers }).headers.get('anthropic-beta');
  expect(betas({})).toBe('a-1, b-2,c-3');
  expect(betas({ compat: { withoutBetas: ['b-2'] } })).toBe('a-1,c-3');
  expect(betas({ compat: { withoutBetas: ['a-1', 'b-2', 'c-3'] } })).toBeNull();
  expect(betas({ compat: { betas: false } })).toBeNull();
});

describe('what Claude Code sends, for a vendor with models of its own', () => {
  const known = ['minimax', 'deepseek', 'kimi', 'glm', 'zai', 'dashscope', 'ollama', 'vllm'];
  const requests = recordedRequests.filter(({ body }) => body !== undefined);

  test.each(known)('%s', (preset) => {
    for (const { name, body = {} } of requests) {
      const { raw, body: result } = encodeMessages(body, { preset, model: 'x' });
      const roles = (result['messages'] as Json[]).map((message) => message['role']);
      expect([name, roles.filter((role) => role !== 'user' && role !== 'assistant')]).toEqual([
        name,
        [],
      ]);
      for (const word of ['x-anthropic-billing-header', 'defer_loading', 'tool_reference"']) {
        expect([name, word, raw.includes(word)]).toEqual([name, word, false]);
      }
      expect(Object.keys(result)).not.toContain('context_management');
      expect(Object.keys(result)).not.toContain('safeguards');
    }
  });
});
