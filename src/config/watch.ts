import type { Clock } from '../lib/clock.ts';
import { type ReadResult, readConfigFile, sameContent } from './file.ts';
import { FolderWatch } from './watch-folders.ts';

/**
 * How long the content must stay the same before it is looked at, in milliseconds. Pieces of one
 * save follow each other faster.
 */
const QUIET_MS = 50;

/**
 * How long content that can't be used must stay the same before it is taken for a mistake and not
 * for a save under way. No part of a JSON document is one, so waiting costs only the message.
 */
const PATIENCE_MS = 400;

/**
 * How often the file is looked at without an event: network file systems and folders shared with a
 * virtual machine send none.
 */
const POLL_MS = 1_000;

/** Tells why the content can't be used; called once it has stayed for long enough. */
type Refusal = () => void;

export interface WatchOptions {
  /** Absolute; it need not exist. */
  readonly path: string;
  /** What the configuration in force was read from. */
  readonly initial: ReadResult;
  /** Puts other content in force, or returns a refusal and changes nothing. */
  readonly use: (read: ReadResult) => Promise<Refusal | null>;
  readonly clock: Clock;
  /** In place of the file and its folders, for tests. */
  readonly read?: (path: string) => Promise<ReadResult>;
  readonly watchFolders?: (
    path: string,
    onEvent: () => void,
  ) => Pick<FolderWatch, 'refresh' | 'stop'>;
}

/**
 * Hands over what stands in a file whenever it is something else than before: after any way of
 * saving, also through links, and only once the saving has ended. Content is compared, not times.
 */
export class ConfigWatch {
  readonly #options: WatchOptions;
  readonly #read: (path: string) => Promise<ReadResult>;
  readonly #folders: Pick<FolderWatch, 'refresh' | 'stop'>;
  /** What is in force, or was refused. */
  #settled: ReadResult;
  #looking = false;
  /** Something happened since the last look began. */
  #stale = false;
  #stopped = false;
  #cancelPoll: () => void = () => undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#read = options.read ?? readConfigFile;
    this.#settled = options.initial;
    const { path, watchFolders = (...args) => new FolderWatch(...args) } = options;
    this.#folders = watchFolders(path, () => void this.#look());
    this.#poll();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPoll();
    this.#folders.stop();
  }

  #poll(): void {
    void this.#look();
    this.#cancelPoll = this.#options.clock.after(POLL_MS, () => this.#poll());
  }

  async #look(): Promise<void> {
    this.#stale = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#stale && !this.#stopped) {
      this.#stale = false;
      await this.#folders.refresh();
      await this.#settle();
    }
    this.#looking = false;
  }

  /** Follows the file until what stands there is in force or refused. */
  async #settle(): Promise<void> {
    const { path, clock, use } = this.#options;
    let seen = await this.#read(path);
    let since = clock.now();
    let refusal: Refusal | null = null;
    while (!sameContent(seen, this.#settled)) {
      await this.#wait(QUIET_MS);
      const next = await this.#read(path);
      if (this.#stopped) return;
      if (!sameContent(next, seen)) {
        seen = next;
        since = clock.now();
        refusal = null;
        continue;
      }
      refusal ??= await use(seen);
      if (refusal !== null && clock.now() - since < PATIENCE_MS) continue;
      refusal?.();
      this.#settled = seen;
    }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.after(delayMs, resolve);
    });
  }
}
