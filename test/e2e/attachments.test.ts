import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { createDesk, routeTo, type Desk } from '../support/clauder.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamRequest,
} from '../support/fake-upstream.ts';
import { makePdf } from '../support/pdf.ts';
import { content, text, tool } from '../support/reply.ts';

/** The real client reads a PDF file and a picture, which travel in and beside its tools' results. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

interface Message {
  readonly role: string;
  readonly content: unknown;
}

const messagesOf = ({ json }: UpstreamRequest) => json['messages'] as Message[];

/** Parts of all messages of the last request. */
const partsOf = (request: UpstreamRequest) =>
  messagesOf(request).flatMap((message) =>
    Array.isArray(message.content) ? (message.content as Record<string, unknown>[]) : [],
  );

describe('files that the real client reads', () => {
  let upstream: FakeUpstream;
  let desk: Desk;

  /** Asks a model to read a file, and gives the request that brought its content. */
  const read = async (name: string, bytes: Uint8Array, route: Record<string, unknown>) => {
    desk = await createDesk({ config: { modelRoutes: { main: routeTo(upstream, route) } } });
    const path = join(desk.sandbox.project, name);
    await Bun.write(path, bytes);
    upstream.use((request) =>
      messagesOf(request).some(({ role }) => role === 'tool')
        ? text('I have read it.')
        : content([tool('Read', { file_path: path })]),
    );
    const flags = ['--model', 'main', '--dangerously-skip-permissions'];
    const ended = await desk.clauder(['-p', 'read the file', ...flags]);
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stdout).toBe('I have read it.\n');
    return upstream.last();
  };

  beforeEach(async () => {
    upstream = await startFakeUpstream({ wire: 'openai-chat' });
  });

  afterEach(async () => {
    desk[Symbol.dispose]();
    await upstream.stop();
  });

  test('a PDF, as text where the provider takes no PDF files', async () => {
    const request = await read('paper.pdf', makePdf(['The heron stands still.']), {});
    const sent = JSON.stringify(request.json);
    expect(sent).toContain('[page 1]\\nThe heron stands still.');
    expect(sent).toContain('PDF, 1 page, as text');
    expect(sent).not.toContain(makePdf(['The heron stands still.']).toString('base64'));
  });

  test('a PDF, as a file where the provider takes them', async () => {
    const bytes = makePdf(['The heron stands still.']);
    const request = await read('paper.pdf', bytes, { preset: 'openai', model: 'gpt-4o' });
    expect(partsOf(request).filter(({ type }) => type === 'file')).toMatchObject([
      { file: { file_data: `data:application/pdf;base64,${bytes.toString('base64')}` } },
    ]);
  });

  test('a picture, for a model that sees', async () => {
    const request = await read('dot.png', Buffer.from(PIXEL, 'base64'), { vision: true });
    const images = partsOf(request).filter(({ type }) => type === 'image_url');
    expect(images).toHaveLength(1);
    expect(JSON.stringify(images)).toContain('data:image/');
    const results = messagesOf(request).filter(({ role }) => role === 'tool');
    expect(results.map((result) => result.content)).toEqual(['(see attached image)']);
  });

  test('a picture, for a model that does not', async () => {
    const request = await read('dot.png', Buffer.from(PIXEL, 'base64'), { vision: false });
    const results = messagesOf(request).filter(({ role }) => role === 'tool');
    expect(results.map((result) => result.content)).toEqual([
      '[image omitted: model has no vision]',
    ]);
    expect(JSON.stringify(request.json)).not.toMatch(/base64|image_url/u);
  });
});
