import { describe, expect, test } from 'bun:test';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openaiChat } from '../../src/wire/openai-chat/index.ts';
import { assertWellFormed, parseEvents } from '../support/grammar.ts';
import {
  bodyOf,
  chatTarget,
  CHUNK_SIZES,
  decodeStream,
  testCall,
  type Json,
} from '../support/openai-chat.ts';

/**
 * One exchange with each vendor, in whole: `request.json` of the client, `upstream-request.json`,
 * `upstream-response.sse` in the vendor's own shape, and `reply.sse`, which the client gets. What the
 * gateway makes is compared byte by byte. UPDATE_FIXTURES=1 writes it anew, to be read as a diff.
 */
const ROOT = join(import.meta.dir, '../fixtures/openai-chat');
const FOLDERS = readdirSync(ROOT).sort();
const UPDATE = process.env['UPDATE_FIXTURES'] === '1';

const textOf = (folder: string, file: string) => Bun.file(join(ROOT, folder, file)).text();
const jsonOf = async (folder: string, file: string) =>
  JSON.parse(await textOf(folder, file)) as Json;

async function exchangeOf(folder: string) {
  const request = await jsonOf(folder, 'request.json');
  const wanted = await jsonOf(folder, 'upstream-request.json');
  const [preset = ''] = folder.split('-');
  const target = chatTarget({
    preset,
    model: String(wanted['model']),
    ...(preset === 'azure_openai' ? { changes: { baseURL: 'https://mine.openai.azure.com' } } : {}),
  });
  return { request, wanted, target };
}

describe.each(FOLDERS)('%s', (folder) => {
  test('what the vendor is sent', async () => {
    const { request, wanted, target } = await exchangeOf(folder);
    const sent = bodyOf(openaiChat.encode(testCall(request), target));
    if (UPDATE) {
      writeFileSync(
        join(ROOT, folder, 'upstream-request.json'),
        `${JSON.stringify(sent, null, 2)}\n`,
      );
    } else expect(JSON.stringify(sent)).toBe(JSON.stringify(wanted));
  });

  test('what the client gets, however the answer is cut', async () => {
    const { request, target } = await exchangeOf(folder);
    const answer = await textOf(folder, 'upstream-response.sse');
    const replies = CHUNK_SIZES.map((size) => decodeStream([answer], { request, target, size }));
    const [whole] = replies;
    if (UPDATE) writeFileSync(join(ROOT, folder, 'reply.sse'), whole!.text);
    const wanted = await textOf(folder, 'reply.sse');
    assertWellFormed(parseEvents(wanted));
    for (const { text } of replies) expect(text).toBe(wanted);
  });
});

test('every vendor of chat completions has an exchange', async () => {
  const { PROVIDERS } = await import('../../src/providers/catalog.ts');
  const chat = PROVIDERS.filter((one) => one.endpoints['openai-chat'] !== undefined);
  const without = chat.filter(
    ({ name }) => !FOLDERS.some((folder) => folder.startsWith(`${name}-`)),
  );
  // Built in; the same service as GLM's; not meant for this format.
  expect(without.map(({ name }) => name)).toEqual(['anthropic', 'zai', 'echo']);
});
