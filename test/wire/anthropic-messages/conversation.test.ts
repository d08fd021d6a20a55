import { describe, expect, test } from 'bun:test';
import { encodeMessages, type MessagesTargetOptions } from '../../support/anthropic-messages.ts';
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
const reminder = (value: string) => text(`<system-reminder>\n${value}\n</system-reminder>`);

describe('system messages inside of the conversation', () => {
  const options = { compat: { systemMessages: 'reminders' } } as const;
  const messages = (...list: Json[]) => sent(ask({ messages: list }), options)['messages'];
  const user = (content: unknown) => ({ role: 'user', content });
  const system = (content: unknown) => ({ role: 'system', content });
  const assistant = (content: unknown) => ({ role: 'assistant', content });
  const marked = { ...text('env'), cache_control: { type: 'ephemeral' } };

  test('become reminders in the message before them', () => {
    expect(messages(user('q'), system('one'), system([marked]), assistant('a'))).toEqual([
      user([
        text('q'),
        reminder('one'),
        { ...reminder('env'), cache_control: { type: 'ephemeral' } },
      ]),
      assistant('a'),
    ]);
  });

  test('never part a call from its result', () => {
    const call = { type: 'tool_use', id: 't', name: 'Bash', input: {} };
    const result = { type: 'tool_result', tool_use_id: 't', content: 'ok' };
    expect(
      messages(user('q'), assistant([call]), system('now'), user([result]), system('later')),
    ).toEqual([user('q'), assistant([call]), user([result, reminder('now'), reminder('later')])]);
  });

  test('stand alone where no user speaks next to them', () => {
    expect(messages(system('first'), assistant('a'), system('last'))).toEqual([
      user([reminder('first')]),
      assistant('a'),
      user([reminder('last')]),
    ]);
  });

  test('give nothing where they say nothing', () => {
    expect(messages(user('q'), system(''), system([{ type: 'tool_removal' }]))).toEqual([
      user('q'),
    ]);
  });

  test('stay where they are known', () => {
    const list = [user('q'), system('s')];
    expect(sent(ask({ messages: list }))['messages']).toEqual(list);
  });
});

describe('tool search', () => {
  const options = { compat: { toolSearch: false } } as const;
  const tool = (name: string, more: Json = {}) => ({ name, input_schema: {}, ...more });

  test('sends what is loaded, and nothing else', () => {
    const body = sent(
      ask({
        tools: [
          tool('Bash'),
          tool('WebFetch', { defer_loading: true }),
          tool('Other', { defer_loading: true }),
          tool('DeferredToolPlaceholder', { defer_loading: true }),
        ],
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 't',
                content: [{ type: 'tool_reference', tool_name: 'WebFetch' }],
              },
            ],
          },
        ],
      }),
      options,
    );
    expect(body['tools']).toEqual([tool('Bash'), tool('WebFetch')]);
    expect(JSON.stringify(body['messages'])).toContain('Tool loaded: WebFetch');
  });

  test('follows tools that are added and removed in mid-conversation', () => {
    const body = sent(
      ask({
        tools: [tool('Bash'), tool('Gone')],
        messages: [
          { role: 'user', content: 'q' },
          {
            role: 'system',
            content: [
              { type: 'tool_addition', tool: { type: 'tool_definition', definition: tool('New') } },
              { type: 'tool_removal', tool: { name: 'Gone' } },
            ],
          },
        ],
      }),
      options,
    );
    expect(body['tools']).toEqual([tool('Bash'), tool('New')]);
    expect(body['messages']).toEqual([{ role: 'user', content: 'q' }]);
  });

  test('leaves no tool_choice behind', () => {
    const body = sent(
      ask({ tools: [tool('A', { defer_loading: true })], tool_choice: { type: 'auto' } }),
      options,
    );
    expect(['tools' in body, 'tool_choice' in body]).toEqual([false, false]);
  });
});

describe("Anthropic's own tools", () => {
  const options = { compat: { serverTools: false } } as const;

  test('go, with a word to the model', () => {
    const body = sent(
      ask({
        tools: [
          { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
          { type: 'custom', name: 'Mine', input_schema: {} },
        ],
      }),
      options,
    );
    expect(body['tools']).toEqual([{ type: 'custom', name: 'Mine', input_schema: {} }]);
    expect(body['system']).toContain('no access to the web');
  });

  test('are text in the history', () => {
    const use = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'bun' } };
    const result = {
      type: 'web_search_tool_result',
      tool_use_id: 's',
      content: [{ type: 'web_search_result', title: 'T', url: 'https://t.test' }],
    };
    const body = sent(
      ask({ messages: [{ role: 'assistant', content: [use, result, text('a')] }] }),
      options,
    );
    expect(body['messages']).toEqual([
      {
        role: 'assistant',
        content: [
          text('[web_search "bun"]'),
          text('[web_search_tool_result -> T https://t.test]'),
          text('a'),
        ],
      },
    ]);
  });
});

describe('media', () => {
  const image = {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
  };
  const note = text('[image omitted: model has no vision]');

  test('images for a model without vision, in tool results too', () => {
    const content = [image, { type: 'tool_result', tool_use_id: 't', content: [image, text('x')] }];
    const body = sent(ask({ messages: [{ role: 'user', content }] }), { facts: { vision: false } });
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [note, { type: 'tool_result', tool_use_id: 't', content: [note, text('x')] }],
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('AAAA');
  });

  test('documents', () => {
    const documents = [
      {
        type: 'document',
        title: 'T',
        source: { type: 'text', media_type: 'text/plain', data: 'D' },
      },
      {
        type: 'document',
        context: 'C',
        source: { type: 'content', content: [text('one'), text('two')] },
      },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
    ];
    const body = sent(ask({ messages: [{ role: 'user', content: documents }] }), {
      compat: { documents: false },
    });
    expect((body['messages'] as Json[])[0]?.['content']).toEqual([
      text('title: T\nD'),
      text('context: C\none\ntwo'),
      text('[document "document.pdf" omitted: upstream.test takes no documents]'),
    ]);
  });
});
