import { ASK, chunk, type Json } from './openai-chat.ts';
import type { Random } from './random.ts';

/** A chunk of a stream as some server might send it, in any order. */
export function randomChunk(random: Random): Json | string {
  const text = () =>
    random.pick(['', ' ', 'a', '\n', 'wörd', '🎉', '<think>', '</think>', '{"x":1}']);
  const call = (): Json => ({
    index: random.pick([undefined, 0, 0, 1, 2]),
    id: random.pick([undefined, '', 'a', 'b', 'functions.Bash:0']),
    function: {
      name: random.pick([undefined, null, '', 'A', 'B']),
      arguments: random.pick([
        undefined,
        null,
        '',
        '{',
        '}',
        '{"x":',
        '1}',
        '{"x":1}',
        '{}',
        { y: 2 },
      ]),
    },
  });
  switch (random.below(9)) {
    case 0:
      return chunk({ tool_calls: random.list(3, call) });
    case 1:
      return chunk({ reasoning: text(), content: text(), tool_calls: random.list(2, call) });
    case 2:
      return chunk({ reasoning_content: text() });
    case 3:
      return chunk({}, random.pick(['stop', 'length', 'tool_calls', 'weird']));
    case 4:
      return { choices: [], usage: { prompt_tokens: 5, completion_tokens: 1 } };
    case 5:
      return random.pick([
        '[DONE]',
        'keep-alive',
        '{"choices":[{"delta":null}]}',
        '{}',
        'null',
        '[]',
      ]);
    case 6:
      return random.below(4) === 0 ? { error: { message: 'x' } } : chunk({ role: 'assistant' });
    default:
      return chunk({ content: text() });
  }
}

/** A request with everything that Claude Code and other clients send, in any order. */
export function randomRequest(random: Random): Json {
  const text = () => ({ type: 'text', text: random.pick(['', ' ', 'a', '<b>', '\uD83D', '你好']) });
  const id = () => random.pick(['a', 'b', 'c', 'toolu_01', 'x'.repeat(60)]);
  const name = () => random.pick(['Bash', 'mcp__'.repeat(20), 'naïve', '']);
  const use = () => ({
    type: 'tool_use',
    id: id(),
    name: name(),
    input: random.pick([{}, { a: 1 }, null, 'x']),
  });
  const result = () => ({
    type: 'tool_result',
    tool_use_id: id(),
    content: random.pick([
      undefined,
      '',
      'r',
      [text()],
      [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }],
      [{ type: 'tool_reference', tool_name: 'Bash' }],
    ]),
    is_error: random.pick([true, false, undefined]),
  });
  const other = () =>
    random.pick<Json>([
      { type: 'thinking', thinking: 't', signature: '' },
      { type: 'redacted_thinking', data: 'z' },
      { type: 'future' },
      { type: 'compaction', content: 'c' },
      { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
      { type: 'document', source: { type: 'base64', data: 'AAAA' } },
    ]);
  const block = () => random.pick([text, text, use, result, other])();
  const message = () => ({
    role: random.pick(['user', 'assistant', 'assistant', 'system']),
    content: random.below(5) === 0 ? 'plain' : random.list(4, block),
  });
  const tool = () => ({
    name: name(),
    input_schema: random.pick([
      {},
      { type: 'object' },
      { anyOf: [{ properties: { a: {} } }] },
      null,
    ]),
    defer_loading: random.pick([true, undefined]),
  });
  return {
    ...ASK,
    system: random.pick([undefined, 'S', [text(), text()], []]),
    messages: [{ role: 'user', content: 'q' }, ...random.list(8, message)],
    tools: random.pick([undefined, random.list(4, tool)]),
    tool_choice: random.pick([
      undefined,
      { type: 'any' },
      { type: 'tool', name: 'Bash' },
      { type: 'none' },
    ]),
    stop_sequences: random.pick([undefined, ['a', 'b', 'c', 'd', 'e']]),
  };
}
