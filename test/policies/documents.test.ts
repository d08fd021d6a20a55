import { describe, expect, test } from 'bun:test';
import { PdfTexts } from '../../src/documents/pdf-texts.ts';
import { documents } from '../../src/policies/documents.ts';
import { DEFAULT_COMPAT } from '../../src/providers/compat.ts';
import type { Target } from '../../src/providers/target.ts';
import type { Attempt, Reply } from '../../src/upstream/attempt.ts';
import { makePdf } from '../support/pdf.ts';
import { chatTarget, testCall, type Json } from '../support/openai-chat.ts';
import { testTarget } from '../support/target.ts';

const pdf = (bytes: Uint8Array, more: Json = {}) => ({
  type: 'document',
  source: {
    type: 'base64',
    media_type: 'application/pdf',
    data: Buffer.from(bytes).toString('base64'),
  },
  ...more,
});
const paper = pdf(makePdf(['Hello', 'World']), { title: 'paper.pdf' });
const request = (content: unknown) => ({ model: 'm', messages: [{ role: 'user', content }] });
const blind = chatTarget();

/** The call as the next stage gets it. */
async function passed(body: Json, target: Target = blind): Promise<Attempt['call']> {
  let call: Attempt['call'] | undefined;
  const attempt = {
    call: testCall(body),
    target,
    deadlineAt: 0,
    number: 1,
    lastResort: true,
    isLate: false,
  };
  await documents(new PdfTexts(() => 0))(attempt, (next) => {
    call = next.call;
    return Promise.resolve({} as Reply);
  });
  if (call === undefined) throw new Error('nothing was passed on');
  return call;
}

const contentOf = (call: Attempt['call']) =>
  (call.json() as unknown as ReturnType<typeof request>).messages[0]?.content;

describe('PDF files for a target that takes none', () => {
  test('become documents of text, in the results of tools too', async () => {
    const result = { type: 'tool_result', tool_use_id: 't', content: [paper] };
    const ask = { type: 'text', text: 'look' };
    const call = await passed(request([result, ask, paper]));
    const told = {
      type: 'document',
      title: 'paper.pdf',
      context: 'PDF, 2 pages, as text; pictures and layout are left out',
      source: {
        type: 'text',
        media_type: 'text/plain',
        data: '[page 1]\nHello\n\n[page 2]\nWorld',
      },
    };
    expect(contentOf(call)).toEqual([{ ...result, content: [told] }, ask, told]);
  });

  test('the body is the same as what is parsed, and its model is still found', async () => {
    const call = await passed(request([paper]));
    expect(JSON.parse(Buffer.from(call.body).toString())).toEqual(call.json());
    const { start, end } = call.modelSpan;
    expect(Buffer.from(call.body.subarray(start, end)).toString()).toBe('"m"');
  });

  test('keep their own context and cache mark', async () => {
    const marked = { ...paper, context: 'by A. Person', cache_control: { type: 'ephemeral' } };
    expect(contentOf(await passed(request([marked])))).toMatchObject([
      {
        context: 'by A. Person (PDF, 2 pages, as text; pictures and layout are left out)',
        cache_control: { type: 'ephemeral' },
      },
    ]);
  });

  test.each([
    ['pictures alone', makePdf([null]), 'its pages (1) hold pictures without text'],
    ['no PDF at all', Buffer.from('x'), "its text can't be read: not a valid PDF"],
  ])('%s: a note says what was left out', async (_, bytes, why) => {
    expect(contentOf(await passed(request([pdf(bytes)])))).toEqual([
      {
        type: 'text',
        text: `[document "document.pdf" omitted: upstream.test takes no PDF files, and ${why}]`,
      },
    ]);
  });

  test('an Anthropic-compatible one that takes no documents', async () => {
    const target = testTarget({ compat: { ...DEFAULT_COMPAT, documents: false } });
    expect(contentOf(await passed(request([paper]), target))).toMatchObject([
      { source: { type: 'text' } },
    ]);
  });
});

describe('what passes as it is', () => {
  test.each<[string, Json, Target]>([
    ['a target that takes PDF files', request([paper]), chatTarget({ preset: 'openai' })],
    ['Anthropic-compatible ones', request([paper]), testTarget()],
    ['a request that only talks of them', request('what is application/pdf?'), blind],
    ['other documents', request([{ type: 'document', source: { type: 'url', url: 'u' } }]), blind],
  ])('%s', async (_, body, target) => {
    expect((await passed(body, target)).json()).toEqual(body as never);
  });
});
