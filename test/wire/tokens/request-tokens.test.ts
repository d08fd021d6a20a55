import { describe, expect, test } from 'bun:test';
import type { AnthropicRequest } from '../../../src/core/messages.ts';
import { requestTokens } from '../../../src/wire/tokens/request-tokens.ts';

/** Each text counts its characters, so that what is counted can be seen. */
const chars = (request: Record<string, unknown>) =>
  requestTokens(request as AnthropicRequest, (text) => text.length);
const MESSAGE = 4;
const TOOL = 12;
const user = (content: unknown) => ({ role: 'user', content });
const tool = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  description: 'dddd',
  input_schema: { type: 'object' },
  ...more,
});
const TOOL_CHARS = TOOL + 1 + 4 + '{"type":"object"}'.length;

describe('what of a request counts', () => {
  test('system, messages and tools', () => {
    expect(chars({ system: 'ssss', messages: [user('mm')], tools: [tool('T')] })).toBe(
      4 + MESSAGE + 2 + TOOL_CHARS,
    );
  });

  test('not the attribution line, which only Anthropic reads', () => {
    const line = { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330;' };
    const text = { type: 'text', text: 'ssss' };
    expect(chars({ system: [line, text] })).toBe(4);
    expect(chars({ system: [text, line] })).toBe(4 + line.text.length);
  });

  test('calls and their results', () => {
    const call = { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { a: 1 } };
    const result = {
      type: 'tool_result',
      tool_use_id: 'toolu_1',
      content: [{ type: 'text', text: 'rr' }],
    };
    expect(chars({ messages: [{ role: 'assistant', content: [call] }] })).toBe(MESSAGE + 4 + 7);
    expect(chars({ messages: [user([result])] })).toBe(MESSAGE + 2);
    expect(chars({ messages: [user([{ ...result, content: 'rr' }])] })).toBe(MESSAGE + 2);
  });

  test('tools whose loading is deferred, once a search brought them in', () => {
    const tools = [tool('A', { defer_loading: true }), tool('B', { defer_loading: true })];
    const found = { type: 'tool_result', content: [{ type: 'tool_reference', tool_name: 'B' }] };
    expect(chars({ messages: [user('')], tools })).toBe(MESSAGE);
    expect(chars({ messages: [user([found])], tools })).toBe(MESSAGE + 1 + TOOL_CHARS);
  });

  test('a block that nobody knows, by its texts', () => {
    expect(
      chars({ messages: [user([{ type: 'new_thing', id: 'iii', body: { text: 'bb' } }])] }),
    ).toBe(MESSAGE + 2);
  });
});

describe('documents', () => {
  const pdf = (body: string) =>
    user([
      {
        type: 'document',
        source: { type: 'base64', data: Buffer.from(`%PDF-1.7\n${body}`).toString('base64') },
      },
    ]);
  const pages = (body: string) => (chars({ messages: [pdf(body)] }) - MESSAGE) / 2000;

  test('a PDF counts by its pages', () => {
    const nested = '<< /Type /Pages /Parent 1 0 R /Kids [ 4 0 R ] /Count 3 >>';
    expect(pages(`<< /Type /Pages /Kids [ 3 0 R ] /Count 12 >> ${nested}`)).toBe(12);
    expect(pages(`<< /Count 7 /Kids [ 3 0 R ] /Type/Pages >>`)).toBe(7);
  });

  test('by its size where the pages are in a compressed object', () => {
    expect(pages('x'.repeat(450_000))).toBe(10);
    expect(pages('<< /Type /Page >>')).toBe(1);
  });

  test('text documents count as text', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'dddd' };
    expect(chars({ messages: [user([{ type: 'document', source }])] })).toBe(MESSAGE + 4);
  });
});
