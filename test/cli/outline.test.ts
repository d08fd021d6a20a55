import { expect, test } from 'bun:test';
import { outline } from '../../src/cli/trace/outline.ts';

test('keeps what the protocol says and takes out what people say', () => {
  const request = {
    model: 'mm25',
    max_tokens: 32_000,
    stream: true,
    thinking: { type: 'adaptive', display: 'omitted' },
    metadata: { user_id: 'user_secret' },
    system: [{ type: 'text', text: 'You are SECRET', cache_control: { type: 'ephemeral' } }],
    tools: [{ name: 'mcp__secret__tool', description: 'SECRET', input_schema: { type: 'object' } }],
    messages: [
      { role: 'user', content: 'my SECRET' },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { SECRET: 1 } }],
      },
      { role: 'not a role but a SECRET sentence', content: [] },
    ],
  };
  const shown = outline(request);
  expect(JSON.stringify(shown).toLowerCase()).not.toContain('secret');
  expect(shown).toMatchObject({
    model: 'mm25',
    max_tokens: 32_000,
    stream: true,
    thinking: { type: 'adaptive', display: 'omitted' },
    metadata: '(1 keys)',
    system: [{ type: 'text', text: '(14 characters)', cache_control: { type: 'ephemeral' } }],
    messages: [
      { role: 'user', content: '(9 characters)' },
      { role: 'assistant', content: [{ type: 'tool_use', input: '(1 keys)' }] },
      { role: '(32 characters)' },
    ],
  });
});

test('whatever is nested too deeply is cut', () => {
  let deep: unknown = 'SECRET';
  for (let level = 0; level < 100; level += 1) deep = [deep];
  expect(JSON.stringify(outline(deep))).toContain('(cut)');
});
