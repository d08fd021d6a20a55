import { describe, expect, test } from 'bun:test';
import { ASK, chatTarget, encodeChat, type Json } from '../../support/openai-chat.ts';

type Options = Parameters<typeof chatTarget>[0];

const BASH = { name: 'Bash', description: 'run', input_schema: { type: 'object', properties: {} } };
const user = (content: unknown): Json => ({ role: 'user', content });
const assistant = (...content: Json[]): Json => ({ role: 'assistant', content });
const text = (value: string): Json => ({ type: 'text', text: value });
const use = (id: string, input: unknown = {}): Json => ({
  type: 'tool_use',
  id,
  name: 'Bash',
  input,
});
const result = (id: string, content?: unknown): Json => ({
  type: 'tool_result',
  tool_use_id: id,
  ...(content === undefined ? {} : { content }),
});
const PNG = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
};
const PNG_PART = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };

function convert(messages: readonly Json[], options: Options = {}): Json[] {
  const body = encodeChat({ ...ASK, tools: [BASH], messages }, chatTarget(options));
  return body['messages'] as Json[];
}

describe('turns', () => {
  test('a system message between calls and results goes behind the results', () => {
    const sent = convert([
      user('q'),
      assistant(use('a')),
      { role: 'system', content: 'note' },
      user([result('a', 'A')]),
    ]);
    expect(sent.slice(2)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      user('<system-reminder>\nnote\n</system-reminder>'),
    ]);
  });

  test('sides alternate, also around messages without content', () => {
    const sent = convert([
      user('a'),
      user('b'),
      assistant(text(' ')),
      user('c'),
      assistant(text('d')),
      assistant(text('e')),
      user('f'),
    ]);
    expect(sent).toEqual([user('a\n\nb\n\nc'), { role: 'assistant', content: 'de' }, user('f')]);
  });

  test('where a user message may not follow results, something stands between', () => {
    const after = (content: unknown[]) =>
      convert(
        [user('q'), assistant(use('abcdefghi')), user([result('abcdefghi', 'A'), ...content])],
        {
          preset: 'mistral',
        },
      ).slice(2);
    const tool = { role: 'tool', tool_call_id: 'abcdefghi', content: 'A' };
    const bridge = { role: 'assistant', content: 'I have read the results.' };
    const reminder = '<system-reminder>\nnote\n</system-reminder>';
    expect(after([])).toEqual([tool]);
    expect(after([text(reminder)])).toEqual([{ ...tool, content: `A\n\n${reminder}` }]);
    expect(after([text(reminder), text('stop')])).toEqual([
      tool,
      bridge,
      user(`${reminder}\n\nstop`),
    ]);
    expect(after([PNG])).toEqual([tool, bridge, user([PNG_PART])]);
  });

  test('a thought signature that was lost is stood in for, before the first call', () => {
    const history = [user('q'), assistant(use('a'), use('b')), user([result('a'), result('b')])];
    const signatures = (model: string) => {
      const calls = convert(history, { preset: 'gemini', model })[1]!['tool_calls'] as Json[];
      return calls.map((call) => call['extra_content']);
    };
    const standIn = { google: { thought_signature: 'skip_thought_signature_validator' } };
    expect(signatures('gemini-3-pro-preview')).toEqual([standIn, undefined]);
    expect(signatures('gemini-2.5-pro')).toEqual([undefined, undefined]);
  });

  test('an input that is no object becomes one', () => {
    const sent = convert([user('q'), assistant(use('a', 'x'), use('b', null)), user('r')]);
    const calls = sent[1]!['tool_calls'] as { function: { arguments: string } }[];
    expect(calls.map((call) => call.function.arguments)).toEqual(['{"input":"x"}', '{}']);
  });

  test('text around a call is one string; adjacent blocks are one text', () => {
    const [, message] = convert([
      user('q'),
      assistant(text('a'), text('b'), use('x'), text('c')),
      user([result('x', 'r')]),
    ]);
    expect(message).toMatchObject({ content: 'ab\n\nc', tool_calls: [{ id: 'x' }] });
  });

  test('no text: null, or an empty string where null is refused', () => {
    const messages = [user('q'), assistant(use('x')), user([result('x', 'r')])];
    expect(convert(messages)[1]?.['content']).toBeNull();
    expect(convert(messages, { preset: 'mistral' })[1]?.['content']).toBe('');
  });

  test('thinking alone is no message', () => {
    const sent = convert([
      user('q'),
      assistant({ type: 'thinking', thinking: 't', signature: '' }),
      user('r'),
    ]);
    expect(sent).toEqual([user('q\n\nr')]);
  });

  test.each([
    [undefined, [{ role: 'assistant', content: 'Once' }, user('Continue.')]],
    ['mistral', [{ role: 'assistant', content: 'Once', prefix: true }]],
    ['kimi', [{ role: 'assistant', content: 'Once', partial: true }]],
  ])('a reply to be continued, %s', (preset, expected) => {
    const options = preset === undefined ? {} : { preset };
    expect(convert([user('q'), assistant(text('Once'))], options).slice(1)).toEqual(expected);
  });

  test('halves of surrogate pairs are replaced everywhere', () => {
    const sent = JSON.stringify(
      convert([
        user('a\uD83D'),
        assistant(text('b\uDE00'), use('x', { c: 'd\uD83D' })),
        user([result('x', 'e\uD83D')]),
      ]),
    );
    expect(sent).not.toMatch(/\\ud/i);
    expect(sent).toContain('\uFFFD');
    expect(
      JSON.stringify(convert([user('🎉'), assistant(use('x', { c: '🎉' })), user([result('x')])])),
    ).toContain('🎉');
  });

  test('halves of surrogate pairs are replaced outside of messages too', () => {
    const schema = { type: 'object', properties: { 'k\uD800': { enum: ['v\uDFFF', '\\ud800'] } } };
    const sent = encodeChat({
      ...ASK,
      stop_sequences: ['s\uD800'],
      tools: [{ ...BASH, input_schema: schema }],
    });
    expect(sent['stop']).toEqual(['s\uFFFD']);
    const [tool] = sent['tools'] as { function: { parameters: Json } }[];
    expect(tool?.function.parameters['properties']).toEqual({
      'k\uFFFD': { enum: ['v\uFFFD', '\\ud800'] },
    });
  });

  test("other providers' blocks become short text", () => {
    const [, message, last] = convert([
      user('q'),
      assistant(
        { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'bun' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: 's',
          content: [{ type: 'web_search_result', title: 'Bun', url: 'https://bun.sh' }],
        },
        { type: 'fallback' },
        text('done'),
      ),
      user([
        { type: 'container_upload', file_id: 'f1' },
        { type: 'future', text: 'kept' },
        { type: 'void' },
      ]),
    ]);
    expect(message?.['content']).toBe(
      '[web_search "bun"]\n\n[web_search_tool_result -> Bun https://bun.sh]\n\ndone',
    );
    expect(last).toEqual(user('[uploaded file f1]\n\nkept'));
  });

  test("a compaction's summary is the user's", () => {
    const sent = convert([
      assistant({ type: 'compaction', content: 'before' }, text('a')),
      user('b'),
    ]);
    expect(sent).toEqual([user('before'), { role: 'assistant', content: 'a' }, user('b')]);
  });
});

describe('tool results', () => {
  test('results in the order of the calls, each once, the rest repaired', () => {
    const sent = convert([
      user('q'),
      assistant(use('a'), use('b'), use('c')),
      user([
        result('b', 'B'),
        text('and'),
        result('a', 'A'),
        result('a', 'again'),
        result('z', 'Z'),
      ]),
    ]);
    expect(sent.slice(2)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'tool', tool_call_id: 'c', content: '[no result: interrupted]' },
      user('and\n\n[tool result a] again\n\n[tool result z] Z'),
    ]);
  });

  test('calls at the end of the conversation are answered too', () => {
    expect(convert([user('q'), assistant(use('a'))]).at(-1)).toEqual({
      role: 'tool',
      tool_call_id: 'a',
      content: '[no result: interrupted]',
    });
  });

  test('one id twice in a turn, and again in a later turn', () => {
    const sent = convert([
      user('q'),
      assistant(use('a'), use('a')),
      user([result('a', '1'), result('a', '2')]),
      assistant(use('a')),
      user([result('a', '3')]),
    ]);
    const ids = sent.flatMap((one) =>
      one['role'] === 'tool' ? [[one['tool_call_id'], one['content']]] : [],
    );
    expect(ids).toEqual([
      ['a', '1'],
      ['a_2', '2'],
      ['a_3', '3'],
    ]);
  });

  test('images follow all results in one user message, before what the user said', () => {
    const sent = convert([
      user('q'),
      assistant(use('a'), use('b')),
      user([result('a', [PNG]), result('b', [text('B'), PNG]), text('look')]),
    ]);
    expect(sent.slice(2)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: '(see attached image)' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      user([
        text('Attached image(s) from tool result a:'),
        PNG_PART,
        text('Attached image(s) from tool result b:'),
        PNG_PART,
        text('look'),
      ]),
    ]);
    expect(
      sent.some((one) => one['role'] === 'tool' && String(one['content']).includes('base64')),
    ).toBe(false);
  });

  test('without tools of its own a provider gets calls and results as text', () => {
    const sent = convert([user('q'), assistant(use('a', { x: 1 })), user([result('a', 'A')])], {
      preset: 'perplexity',
    });
    expect(sent).toEqual([
      user('q'),
      { role: 'assistant', content: '[called Bash {"x":1}]' },
      user('[tool result a] A'),
    ]);
  });
});

describe('images and documents', () => {
  const only = (block: Json, options: Options = {}) =>
    convert([user([block])], options)[0]?.['content'];
  const pdf = {
    type: 'document',
    title: 'a.pdf',
    source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
  };

  test('an image by address, or not at all', () => {
    const url = { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } };
    expect(only(url)).toEqual([{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }]);
    expect(only(url, { preset: 'kimi' })).toBe(
      '[image omitted: Kimi takes no image URLs: https://x.test/a.png]',
    );
    const inline = { type: 'image', source: { type: 'url', url: 'data:image/png;base64,aaaa' } };
    expect(only(inline, { preset: 'kimi' })).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,aaaa' } },
    ]);
    expect(only({ type: 'image', source: { type: 'file', file_id: 'f' } })).toBe(
      '[image omitted: it is stored at another provider]',
    );
  });

  test('PDF files in the form of the vendor', () => {
    expect(only(pdf, { preset: 'openai' })).toEqual([
      {
        type: 'file',
        file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
      },
    ]);
    expect(only(pdf, { preset: 'perplexity' })).toEqual([
      { type: 'file_url', file_url: { url: 'JVBERi0=' }, file_name: 'a.pdf' },
    ]);
    expect(only(pdf, { preset: 'mistral' })).toEqual([
      {
        type: 'document_url',
        document_url: 'data:application/pdf;base64,JVBERi0=',
        document_name: 'a.pdf',
      },
    ]);
    expect(only(pdf, { preset: 'groq' })).toBe(
      '[document "a.pdf" omitted: Groq takes no PDF files]',
    );
  });

  test('PDF files by their address, where the vendor loads them', () => {
    const url = 'https://x.test/a.pdf';
    const linked = { type: 'document', title: 'a.pdf', source: { type: 'url', url } };
    expect(only(linked, { preset: 'perplexity' })).toEqual([
      { type: 'file_url', file_url: { url }, file_name: 'a.pdf' },
    ]);
    expect(only(linked, { preset: 'mistral' })).toEqual([
      { type: 'document_url', document_url: url, document_name: 'a.pdf' },
    ]);
    expect(only(linked, { preset: 'openai' })).toBe(
      `[document "a.pdf" omitted: OpenAI can't load ${url}]`,
    );
  });

  test('a PDF in the result of a tool stands behind it, too', () => {
    const sent = convert([user('q'), assistant(use('a')), user([result('a', [pdf])])], {
      preset: 'openai',
    });
    expect(sent[2]).toEqual({ role: 'tool', tool_call_id: 'a', content: '(see attached file)' });
    expect(sent[3]?.['content']).toMatchObject([
      text('Attached file(s) from tool result a:'),
      { type: 'file', file: { filename: 'a.pdf' } },
    ]);
  });

  test('documents of text and search results', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'body' };
    expect(only({ type: 'document', title: 'T', context: 'C', source })).toBe(
      'title: T\ncontext: C\nbody',
    );
    const base64 = { type: 'base64', media_type: 'text/markdown', data: 'IyBow6k=' };
    expect(only({ type: 'document', source: base64 })).toBe('# hé');
    expect(
      only({ type: 'document', source: { type: 'content', content: [text('in'), PNG] } }),
    ).toEqual([text('in'), PNG_PART]);
    expect(only({ type: 'search_result', title: 'T', source: 'S', content: [text('x')] })).toBe(
      'title: T\nsource: S\nx',
    );
  });

  test('cache marks stay where the vendor takes them, and only there', () => {
    const marked = { ...text('a'), cache_control: { type: 'ephemeral' } };
    expect(only(marked)).toBe('a');
    expect(only(marked, { preset: 'openrouter', model: 'anthropic/claude-sonnet-5' })).toEqual([
      marked,
    ]);
    expect(only(marked, { preset: 'openrouter', model: 'openai/gpt-4o' })).toBe('a');
  });
});
