import { describe, expect, spyOn, test } from 'bun:test';
import { readPdf } from '../../src/documents/pdf-text.ts';
import { PdfTexts } from '../../src/documents/pdf-texts.ts';
import { makePdf } from '../support/pdf.ts';

const read = (bytes: Uint8Array, now = () => 0) => readPdf(new Uint8Array(bytes), now);

describe('the text of a PDF', () => {
  test('page by page, line by line', async () => {
    expect(await read(makePdf(['First line\nSecond line', null, 'Last page']))).toEqual({
      kind: 'text',
      text: '[page 1]\nFirst line\nSecond line\n\n[page 3]\nLast page',
      pages: 3,
      read: 3,
    });
  });

  test('pages without text', async () => {
    expect(await read(makePdf([null, null]))).toEqual({ kind: 'pictures', pages: 2 });
  });

  test.each([
    ['no PDF', Buffer.from('hello'), 'not a valid PDF'],
    ['nothing', Buffer.alloc(0), 'not a valid PDF'],
    ['too much', Buffer.alloc(33_554_433), 'larger than 32 MB'],
  ])('%s', async (_, bytes, reason) => {
    expect(await read(bytes)).toMatchObject({ kind: 'unreadable', reason });
  });

  test('one that takes too long is told as far as it was read', async () => {
    let time = 0;
    const now = () => (time += 8000);
    expect(await read(makePdf(['one', 'two', 'three', 'four']), now)).toMatchObject({
      text: '[page 1]\none\n\n[page 2]\ntwo',
      pages: 4,
      read: 2,
    });
  });

  test('a damaged file is read as far as it goes, and nothing is printed', async () => {
    const printed = spyOn(console, 'log');
    const bytes = makePdf(['kept']);
    const damaged = Buffer.from(
      bytes.toString('latin1').replaceAll(/\d{10} 00000 n/gu, '0000000001 00000 n'),
      'latin1',
    );
    expect(await read(damaged)).toMatchObject({ kind: 'text', text: '[page 1]\nkept' });
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  test('each file is read once', async () => {
    const texts = new PdfTexts(() => 0);
    const base64 = makePdf(['once']).toString('base64');
    const [first, second] = [texts.read(base64), texts.read(base64)];
    expect(second).toBe(first);
    expect(await first).toMatchObject({ kind: 'text' });
    expect(texts.read(makePdf(['other']).toString('base64'))).not.toBe(first);
  });
});
