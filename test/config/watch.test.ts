import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadResult } from '../../src/config/file.ts';
import { ConfigWatch } from '../../src/config/watch.ts';
import { foldersOf } from '../../src/config/watch-folders.ts';
import { FakeClock } from '../support/fake-clock.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'test-watch-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the folders that decide where a path leads', () => {
  const folders = async (path: string) =>
    (await foldersOf(join(root, path))).map((folder) => folder.slice(root.length + 1)).sort();

  test('a plain file: its own', async () => {
    mkdirSync(join(root, 'a'));
    writeFileSync(join(root, 'a/file'), '');
    expect(await folders('a/file')).toEqual(['a']);
  });

  test('a file that is not there yet: the nearest folder that is', async () => {
    mkdirSync(join(root, 'a'));
    expect(await folders('a/file')).toEqual(['a']);
    expect(await folders('a/b/c/file')).toEqual(['a']);
  });

  test('links: the folder of each, and of the file in the end', async () => {
    mkdirSync(join(root, 'real/deep'), { recursive: true });
    writeFileSync(join(root, 'real/deep/file'), '');
    mkdirSync(join(root, 'a'));
    symlinkSync('../real', join(root, 'a/folder'));
    symlinkSync(join(root, 'a/folder/deep/file'), join(root, 'link'));
    expect(await folders('link')).toEqual(['', 'a', 'real/deep']);
  });

  test('a volume of Kubernetes', async () => {
    mkdirSync(join(root, '..v1'));
    writeFileSync(join(root, '..v1/file'), '');
    symlinkSync('..v1', join(root, '..data'));
    symlinkSync('..data/file', join(root, 'file'));
    expect(await folders('file')).toEqual(['', '..v1']);
  });

  test('a link that leads nowhere, or to itself, ends the search', async () => {
    symlinkSync('gone/file', join(root, 'link'));
    symlinkSync('loop', join(root, 'loop'));
    expect(await folders('link')).toEqual(['']);
    expect(await folders('loop')).toEqual(['']);
  });
});

describe('content is handed over once it has settled', () => {
  const text = (content: string): ReadResult => ({ kind: 'text', text: content, exposed: false });

  /** A file whose content the test sets, on a clock that the test moves. */
  function watched(isBroken: (read: ReadResult) => boolean = () => false) {
    const clock = new FakeClock();
    const used: ReadResult[] = [];
    const refused: ReadResult[] = [];
    let content = text('first');
    let event = (): void => undefined;
    const watch = new ConfigWatch({
      path: '/config.json',
      initial: content,
      clock,
      read: async () => content,
      watchFolders: (_, onEvent) => {
        event = onEvent;
        return { refresh: async () => undefined, stop: () => undefined };
      },
      use: async (read) => {
        if (isBroken(read)) return () => void refused.push(read);
        used.push(read);
        return null;
      },
    });
    return {
      used,
      refused,
      clock,
      /** Saves other content, with or without the system telling. */
      async save(next: ReadResult, tells = true) {
        content = next;
        if (tells) event();
        await clock.advance(0);
      },
      [Symbol.dispose]: () => watch.stop(),
    };
  }

  test('pieces of a save are not, its end is', async () => {
    using file = watched();
    for (const part of ['s', 'se', 'sec', 'seco', 'secon', 'second']) {
      await file.save(text(part));
      await file.clock.advance(40);
    }
    expect(file.used).toEqual([]);
    await file.clock.advance(100);
    expect(file.used).toEqual([text('second')]);
  });

  test('where the system tells nothing, a look each second finds it', async () => {
    using file = watched();
    await file.clock.advance(100);
    await file.save(text('second'), false);
    await file.clock.advance(800);
    expect(file.used).toEqual([]);
    await file.clock.advance(200);
    expect(file.used).toEqual([text('second')]);
  });

  test('what can not be used is told once, and only when it stays', async () => {
    using file = watched((read) => read.kind !== 'text' || read.text === 'broken');
    await file.save(text('broken'));
    await file.clock.advance(350);
    expect(file.refused).toEqual([]);
    await file.clock.advance(100);
    expect(file.refused).toEqual([text('broken')]);
    await file.clock.advance(10_000);
    expect(file.refused).toHaveLength(1);

    await file.save({ kind: 'absent' });
    await file.clock.advance(350);
    await file.save(text('mended'));
    await file.clock.advance(150);
    expect(file.refused).toHaveLength(1);
    expect(file.used).toEqual([text('mended')]);
  });

  test('a file that is saved as it was is not', async () => {
    using file = watched();
    await file.save({ kind: 'absent' });
    await file.clock.advance(20);
    await file.save(text('first'));
    await file.clock.advance(3000);
    expect(file.used).toEqual([]);
  });

  test('after the end of the watch nothing is, and no timer is left', async () => {
    const file = watched();
    await file.save(text('second'));
    file[Symbol.dispose]();
    await file.clock.advance(3000);
    expect(file.used).toEqual([]);
    expect(file.clock.pending).toBe(0);
  });
});
