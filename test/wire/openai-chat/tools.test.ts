import { describe, expect, test } from 'bun:test';
import {
  clientToolId,
  originalToolId,
  UpstreamToolIds,
} from '../../../src/wire/openai-chat/tool-ids.ts';
import { ToolNames } from '../../../src/wire/openai-chat/tool-names.ts';
import {
  ASK,
  chatTarget,
  chunk,
  decodeStream,
  encodeChat,
  sse,
  type Json,
} from '../../support/openai-chat.ts';

type Options = Parameters<typeof chatTarget>[0];

const tool = (name: string, more: Json = {}): Json => ({
  name,
  description: 'd',
  input_schema: { type: 'object', properties: {} },
  ...more,
});
const encode = (more: Json, options: Options = {}) =>
  encodeChat({ ...ASK, ...more }, chatTarget(options));
const names = (body: Json) =>
  ((body['tools'] ?? []) as { function: { name: string } }[]).map((one) => one.function.name);

describe('which tools are sent', () => {
  test('none left: no field at all', () => {
    const body = encode({
      tools: [tool('X', { defer_loading: true })],
      tool_choice: { type: 'any' },
    });
    for (const field of ['tools', 'tool_choice', 'parallel_tool_calls'])
      expect(body).not.toHaveProperty(field);
  });

  test('as changed in the conversation', () => {
    const messages = [
      { role: 'user', content: 'q' },
      {
        role: 'system',
        content: [
          { type: 'tool_addition', tool: { type: 'tool_reference', name: 'Later' } },
          { type: 'tool_addition', tool: { type: 'tool_definition', definition: tool('New') } },
          { type: 'tool_removal', tool: { type: 'tool_reference', name: 'Gone' } },
        ],
      },
    ];
    const tools = [tool('Gone'), tool('Kept'), tool('Later', { defer_loading: true })];
    expect(names(encode({ messages, tools }))).toEqual(['Kept', 'Later', 'New']);
  });

  test("Anthropic's own tools are dropped; web search is put in the vendor's way", () => {
    const tools = [
      { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
      { type: 'bash_20250124', name: 'bash' },
    ];
    const plain = encode({ tools });
    expect(plain).not.toHaveProperty('tools');
    expect((plain['messages'] as Json[])[0]).toMatchObject({ role: 'system' });
    expect(encode({ tools }, { preset: 'openrouter' })).toMatchObject({ plugins: [{ id: 'web' }] });
    expect(encode({ tools }, { preset: 'openai', model: 'gpt-4o-search-preview' })).toMatchObject({
      web_search_options: {},
    });
    expect((encode({ tools }, { preset: 'perplexity' })['messages'] as Json[])[0]).toMatchObject({
      role: 'user',
    });
  });

  test('too many for the vendor', () => {
    const tools = Array.from({ length: 129 }, (_, index) => tool(`T${index}`));
    expect(() => encode({ tools }, { preset: 'openai' })).toThrow(
      /129 tools, but OpenAI \(route my-route\) accepts at most 128/,
    );
    expect(names(encode({ tools }))).toHaveLength(129);
  });

  test('strict only where vendor, client and schema agree', () => {
    const closed = { type: 'object', properties: {}, additionalProperties: false };
    const tools = [
      tool('A', { strict: true, input_schema: closed }),
      tool('B', { strict: true }),
      tool('C', { input_schema: closed }),
    ];
    const strict = (options: Options) =>
      (encode({ tools }, options)['tools'] as { function: Json }[]).map(
        (one) => one.function['strict'],
      );
    expect(strict({ preset: 'openai' })).toEqual([true, undefined, undefined]);
    expect(strict({ preset: 'kimi' })).toEqual([undefined, undefined, undefined]);
  });

  test('arguments are asked for as a stream where they would come in one piece', () => {
    expect(encode({ tools: [tool('A')] }, { preset: 'zai', model: 'glm-5' })).toMatchObject({
      tool_stream: true,
    });
    expect(encode({}, { preset: 'zai', model: 'glm-5' })).not.toHaveProperty('tool_stream');
  });
});

describe('tool_choice', () => {
  const choose = (choice: Json, options: Options = {}, thinking: Json = { type: 'disabled' }) =>
    encode({ tools: [tool('A')], tool_choice: choice, thinking }, options)['tool_choice'];

  test.each([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'any' }, 'required'],
    [{ type: 'none' }, 'none'],
    [
      { type: 'tool', name: 'A' },
      { type: 'function', function: { name: 'A' } },
    ],
    [{ type: 'tool', name: 'absent' }, 'auto'],
    [{ type: 'future' }, 'auto'],
  ])('%j', (choice, expected) => expect(choose(choice)).toEqual(expected));

  test('not forced where the vendor refuses that', () => {
    expect(choose({ type: 'any' }, { preset: 'deepseek' })).toBe('required');
    expect(choose({ type: 'any' }, { preset: 'deepseek' }, { type: 'adaptive' })).toBe('auto');
    expect(choose({ type: 'any' }, { preset: 'zai', model: 'glm-5' })).toBe('auto');
    const kimi = { preset: 'kimi', model: 'kimi-k3' };
    expect(choose({ type: 'any' }, kimi)).toBe('auto');
    // Nor is there a word for "none".
    const none = { tools: [tool('A')], tool_choice: { type: 'none' } };
    expect(encode(none, { preset: 'zai', model: 'glm-5' })).not.toHaveProperty('tools');
  });

  test('one call at a time, where the field is known', () => {
    const choice = { type: 'auto', disable_parallel_tool_use: true };
    const sent = (preset: string) =>
      encode({ tools: [tool('A')], tool_choice: choice }, { preset });
    expect(sent('openai')).toMatchObject({ parallel_tool_calls: false });
    expect(sent('kimi')).not.toHaveProperty('parallel_tool_calls');
  });
});

describe('names', () => {
  test('start with a letter', () => {
    const names = new ToolNames();
    const sent = names.toUpstream('21st_magic');
    expect(sent).toMatch(/^t_21st_magic_[0-9a-f]{8}$/);
    expect(names.toClient(sent)).toBe('21st_magic');
    expect(names.toUpstream('_x')).toMatch(/^t__x_/);
  });

  const long = `mcp__${'server'.repeat(12)}__tool`;

  test('long and strange ones become valid, the same each time, and come back', () => {
    const all = new ToolNames();
    for (const name of [long, `${long}2`, 'naïve name', '', 'a.b']) {
      const sent = all.toUpstream(name);
      expect(sent).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(sent).toBe(new ToolNames().toUpstream(name));
      expect(all.toClient(sent)).toBe(name);
    }
    expect(all.toUpstream(long)).not.toBe(all.toUpstream(`${long}2`));
    expect(all.toUpstream(long)).toHaveLength(64);
    expect(all.toUpstream('Bash')).toBe('Bash');
    expect(all.toClient('unknown')).toBe('unknown');
  });

  test('in tools, choice, history and reply', () => {
    const request = {
      ...ASK,
      tools: [tool(long)],
      tool_choice: { type: 'tool', name: long },
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: long, input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'r' }] },
      ],
    };
    const body = encodeChat(request);
    const [short] = names(body);
    expect(JSON.stringify(body)).not.toContain(long);
    expect(body['tool_choice']).toEqual({ type: 'function', function: { name: short } });
    const call = { index: 0, id: 'b', function: { name: short, arguments: '{}' } };
    const { message } = decodeStream([sse(chunk({ tool_calls: [call] }, 'tool_calls'), '[DONE]')], {
      request,
    });
    expect(message['content']).toMatchObject([{ type: 'tool_use', name: long }]);
  });
});

describe('ids', () => {
  test('the upstream’s own id comes back out of ours', () => {
    for (const id of ['call_1', 'functions.Bash:0', 'héé', 'x'.repeat(40)]) {
      const ours = clientToolId(id, 'seed');
      expect(ours).toMatch(/^toolu_[a-zA-Z0-9_-]+$/);
      expect(originalToolId(ours)).toBe(id);
    }
  });

  test('one that is missing or too long is replaced', () => {
    for (const id of [undefined, 'x'.repeat(41)]) {
      const ours = clientToolId(id, 'seed');
      expect(ours).toMatch(/^toolu_[a-zA-Z0-9]{24}$/);
      expect(originalToolId(ours)).toBe(ours);
    }
  });

  test('ids of others pass', () => {
    for (const id of [
      'toolu_01A09q90qw90lq917835lq9',
      'toolu_bdrk_01ABC',
      'toolu_vrtx_01ABCDEFGH',
      'call_x',
      'a',
    ]) {
      expect(originalToolId(id)).toBe(id);
      expect(new UpstreamToolIds('any').next(id)).toBe(id);
    }
    expect(new UpstreamToolIds('any').next('x'.repeat(41))).toMatch(/^call_[a-zA-Z0-9]{24}$/);
  });

  test('nine letters and digits, each once, the same each time', () => {
    const ids = new UpstreamToolIds('nine-alphanumeric');
    const sent = ['toolu_1', 'toolu_2', 'toolu_1', 'abcDEF123'].map((id) => ids.next(id));
    for (const id of sent) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(new Set(sent).size).toBe(4);
    expect(sent[3]).toBe('abcDEF123');
    expect(new UpstreamToolIds('nine-alphanumeric').next('toolu_1')).toBe(sent[0]!);
  });
});
