import { describe, expect, test } from 'bun:test';
import { scanBody } from '../../src/core/body-scan.ts';
import { encodeMessages } from '../support/anthropic-messages.ts';
import type { Json } from '../support/openai-chat.ts';
import { Random } from '../support/random.ts';
import { randomRequest } from '../support/random-chat.ts';

const VENDORS = ['minimax', 'deepseek', 'kimi', 'zai', 'dashscope', 'ollama', 'vllm'] as const;

const each = (seeds: number, check: (request: Json, seed: number) => void) => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const request = randomRequest(new Random(seed));
    try {
      check(request, seed);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${JSON.stringify(request)}`, { cause });
    }
  }
};

const blocks = (body: Json, type: string): Json[] =>
  (body['messages'] as Json[]).flatMap(({ content }) =>
    Array.isArray(content) ? (content as Json[]).filter((block) => block['type'] === type) : [],
  );

describe('random conversations for upstreams of Anthropic’s format', () => {
  test('whoever takes everything gets the same bytes', () => {
    each(500, (request) => {
      const text = JSON.stringify(request);
      const { model } = scanBody(Buffer.from(text));
      const { raw } = encodeMessages(text, {
        model,
        compat: { attribution: true, signatures: 'foreign', clampMaxTokens: false },
      });
      expect(raw).toBe(text);
    });
  });

  test('vendors with models of their own get what they know, with every call and result', () => {
    each(1500, (request, seed) => {
      const preset = VENDORS[seed % VENDORS.length]!;
      const { body } = encodeMessages(request, { preset, model: 'x' });
      const plain = JSON.parse(JSON.stringify(request)) as Json;
      for (const message of body['messages'] as Json[]) {
        expect(['user', 'assistant']).toContain(message['role'] as string);
      }
      for (const type of ['redacted_thinking', 'document', 'tool_reference']) {
        expect([type, blocks(body, type)]).toEqual([type, []]);
      }
      const outside = (plain['messages'] as Json[]).filter(({ role }) => role !== 'system');
      for (const type of ['tool_use', 'tool_result']) {
        const ids = (from: Json) =>
          blocks(from, type).map((block) => block['id'] ?? block['tool_use_id']);
        expect(ids(body)).toEqual(ids({ messages: outside }));
      }
      const tools = (body['tools'] ?? []) as Json[];
      expect(tools.filter((tool) => 'defer_loading' in tool)).toEqual([]);
      if ('tools' in plain && !('tools' in body)) expect('tool_choice' in body).toBe(false);
    });
  });
});
