import { describe, expect, test } from 'bun:test';
import { openaiChat } from '../../src/wire/openai-chat/index.ts';
import { CHAT_VENDORS } from '../support/chat-vendors/index.ts';
import type { ChatVendor, Json } from '../support/chat-vendors/vendor.ts';
import { recordedRequests } from '../support/fixtures.ts';
import { assertWellFormed } from '../support/grammar.ts';
import { bodyOf, chatTarget, CHUNK_SIZES, decodeStream, testCall } from '../support/openai-chat.ts';
import { Random } from '../support/random.ts';
import { randomRequest } from '../support/random-chat.ts';
import { content, say, tool } from '../support/reply.ts';

/** Vendors as strict as the real ones: what they are sent, and what comes of their answers. */
const VENDORS = Object.entries(CHAT_VENDORS);

const targetOf = ({ preset, model }: ChatVendor) => chatTarget({ preset, model });

const sentTo = (vendor: ChatVendor, request: Json) =>
  bodyOf(openaiChat.encode(testCall(request), targetOf(vendor)));

describe.each(VENDORS)('%s', (_name, make) => {
  test('takes every recorded request of Claude Code', () => {
    const vendor = make();
    const bodies = recordedRequests.flatMap(({ body }) =>
      body?.['messages'] === undefined || body['max_tokens'] === undefined ? [] : [body],
    );
    expect(bodies.length).toBeGreaterThan(10);
    for (const body of bodies) expect(vendor.reject(sentTo(vendor, body))).toBeNull();
  });

  test('takes whatever a client sends', () => {
    const vendor = make();
    for (let seed = 1; seed <= 500; seed += 1) {
      const request = randomRequest(new Random(seed));
      const sent = sentTo(vendor, request);
      const rejection = vendor.reject(sent);
      if (rejection !== null) {
        throw new Error(
          `seed ${seed}: ${JSON.stringify(rejection.body)}\n${JSON.stringify(request)}\n${JSON.stringify(sent)}`,
        );
      }
    }
  });

  test('gives the same message as a stream, however it is cut, and as a whole', () => {
    const reply = content([
      say('Two of them, äöü 🙂.'),
      tool('Bash', { command: 'echo "a\nb"' }),
      tool('Bash', { command: 'true', nested: { list: [1, null] } }),
    ]);
    const request = { model: 'm', max_tokens: 9, stream: true, messages: [], tools: [] };
    const results = [...CHUNK_SIZES, 'whole' as const].map((size) => {
      const vendor = make();
      const target = targetOf(vendor);
      if (size !== 'whole') return decodeStream(vendor.chunks(reply, request), { target, size });
      return decodeStream([JSON.stringify(vendor.whole(reply, request))], { target });
    });
    for (const [index, { events, message }] of results.entries()) {
      assertWellFormed(events);
      if (index < CHUNK_SIZES.length) expect(message).toEqual(results[0]!.message);
      const blocks = message['content'] as Json[];
      // Where thoughts stand depends on when they come.
      expect(blocks.filter(({ type }) => type !== 'thinking')).toMatchObject([
        { type: 'text', text: 'Two of them, äöü 🙂.' },
        { type: 'tool_use', name: 'Bash', input: { command: 'echo "a\nb"' } },
        { type: 'tool_use', name: 'Bash', input: { command: 'true', nested: { list: [1, null] } } },
      ]);
      expect(message).toMatchObject({ stop_reason: 'tool_use', usage: { output_tokens: 42 } });
    }
  });
});

const call = (id: string, more: Json = {}) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name: 'Bash', arguments: '{}' } }],
  ...more,
});
const user = { role: 'user', content: 'hi' };
const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'ok' });
const bash = { type: 'function', function: { name: 'Bash', parameters: { type: 'object' } } };

/** The fakes themselves: what the real vendors answer with 400. */
describe('a fake rejects what the vendor rejects:', () => {
  test.each<[string, Json, RegExp]>([
    [
      'deepseek',
      { messages: [user, call('a'), result('a')], tools: [bash] },
      /must be passed back/,
    ],
    [
      'deepseek',
      { thinking: { type: 'disabled' }, reasoning_effort: 'high' },
      /cannot be disabled/,
    ],
    ['deepseek', { messages: [user, call('a', { reasoning_content: 'x' })] }, /Missing: a/],
    ['kimi', { messages: [user, call('a'), result('a')] }, /at index 1/],
    ['kimi', { tools: [{ ...bash, function: { ...bash.function, strict: true } }] }, /strict/],
    [
      'kimi',
      { tools: [{ ...bash, function: { name: '1a', parameters: {} } }] },
      /start with a letter/,
    ],
    [
      'kimi',
      { tools: [{ ...bash, function: { name: 'a', parameters: {} } }] },
      /type is required and must be/,
    ],
    ['kimi', { temperature: 0.5 }, /only 1 is allowed/],
    [
      'groq',
      { messages: [user, { role: 'assistant', content: 'x', reasoning_content: 'y' }] },
      /'reasoning_content' is unsupported/,
    ],
    ['groq', { top_k: 1 }, /'top_k' is unsupported/],
    [
      'groq',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] },
      /must be a string/,
    ],
    ['glm', { tool_choice: 'required' }, /1210/],
    ['glm', { response_format: { type: 'json_schema' } }, /1210/],
    ['ollama', { messages: [user, { role: 'assistant', content: null }] }, /<nil>/],
    ['mistral', { messages: [user, call('toolu_01'), result('toolu_01')] }, /3280/],
    [
      'mistral',
      { messages: [user, call('abcdefghi'), result('abcdefghi'), user] },
      /'user' after role 'tool'/,
    ],
    ['mistral', { stream_options: {} }, /extra_forbidden/],
    ['openrouter', { messages: [user, call('a'), user] }, /Missing: a/],
  ])('%s %j', (name, request, words) => {
    expect(JSON.stringify(CHAT_VENDORS[name]!().reject(request)?.body)).toMatch(words);
  });

  test('and notes a thought that came back changed', () => {
    for (const name of ['deepseek', 'kimi', 'glm', 'openrouter']) {
      const vendor = CHAT_VENDORS[name]!();
      const reply = vendor.whole(content([tool('Bash', {})]), { messages: [user] });
      const { message } = (reply as { choices: { message: Json }[] }).choices[0]!;
      const [{ id }] = message['tool_calls'] as [{ id: string }];
      vendor.reject({ messages: [user, message, result(id)] });
      expect(vendor.damage).toEqual([]);
      vendor.reject({ messages: [user, call(id), result(id)] });
      expect(vendor.damage).toHaveLength(1);
    }
  });
});
