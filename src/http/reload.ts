import { isLoopbackHost } from '../config/addresses.ts';
import type { Config } from '../config/config.ts';
import { type ReadResult, readConfigFile, sameContent } from '../config/file.ts';
import { displayPath } from '../config/paths.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Log } from '../telemetry/log.ts';

/** What came of reading the configuration again. */
export type ReloadResult =
  | {
      readonly result: 'applied' | 'unchanged';
      /** Keys whose change waits for the next start. */
      readonly restartNeeded: readonly string[];
    }
  /** Nothing has changed. `problem` has one line for each mistake. */
  | { readonly result: 'refused'; readonly problem: string };

/** Where the configuration comes from when it is read again. */
export interface ConfigSource {
  /** The file to read; `null`: there can be none. */
  readonly path: string | null;
  /** What the configuration in force was read from. */
  readonly initial: ReadResult;
  /** @throws ConfigError */
  readonly load: (read: ReadResult) => Promise<Config>;
}

export interface ReloaderOptions extends ConfigSource {
  readonly gateway: Gateway;
  readonly log: Log;
  /** Called after another configuration came into force. */
  readonly onApplied: (config: Config) => void;
}

/**
 * Swaps the configuration while the gateway runs: as a whole or not at all. A file that is broken
 * or gone changes nothing but {@link Reloader.error}.
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  /** What the gateway was started with: only a start can change the address it listens on. */
  readonly #started: Config;
  #current: ReadResult;
  #error: string | null = null;
  #restartNeeded: readonly string[] = [];
  #loadedAt = new Date();
  /** Who asks, waits for those who asked before. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#started = options.gateway.config;
    this.#current = options.initial;
  }

  /** Why the file as it stands is not in force; `null`: it is. */
  get error(): string | null {
    return this.#error;
  }

  /** Keys whose change waits for the next start. */
  get restartNeeded(): readonly string[] {
    return this.#restartNeeded;
  }

  /** When the configuration in force was read. */
  get loadedAt(): Date {
    return this.#loadedAt;
  }

  /** Reads the file now, because somebody asked for it. */
  async reload(): Promise<ReloadResult> {
    const { path } = this.#options;
    const outcome = await this.use(path === null ? { kind: 'absent' } : await readConfigFile(path));
    if (outcome.result === 'refused') this.refuse(outcome.problem);
    return outcome;
  }

  /**
   * Puts what was read in force. A problem is only returned: the file may still be being written.
   * {@link refuse} is for one that stays.
   */
  use(read: ReadResult): Promise<ReloadResult> {
    const turn = this.#queue.then(() => this.#use(read));
    this.#queue = turn;
    return turn;
  }

  /** Makes known, once, why the file as it stands is not in force. */
  refuse(problem: string): void {
    if (this.#error === problem) return;
    this.#error = problem;
    const { log } = this.#options;
    for (const line of problem.split('\n')) log.error(`configuration not reloaded: ${line}`);
  }

  async #use(read: ReadResult): Promise<ReloadResult> {
    const { gateway, load, log, onApplied } = this.#options;
    if (sameContent(read, this.#current)) {
      if (this.#error !== null) log.info('the configuration file is again what is in force');
      this.#error = null;
      return { result: 'unchanged', restartNeeded: this.#restartNeeded };
    }
    const before = gateway.config;
    if (read.kind === 'absent' && before.file !== null) return gone(before.file);
    let next: Config;
    let restartNeeded: readonly string[];
    try {
      const loaded = await load(read);
      restartNeeded = this.#waitingKeys(loaded);
      next = restartNeeded.includes('server.authToken') ? stillClosed(loaded, before) : loaded;
      gateway.reload(next);
    } catch (error) {
      return { result: 'refused', problem: textOf(error) };
    }
    this.#current = read;
    this.#error = null;
    this.#loadedAt = new Date();
    this.#report(next, before, restartNeeded);
    this.#restartNeeded = restartNeeded;
    try {
      onApplied(next);
    } catch (error) {
      log.error(`the state folder doesn't tell of the new configuration: ${textOf(error)}`);
    }
    return { result: 'applied', restartNeeded };
  }

  /** The gateway goes on listening where it does, and an address that others reach stays closed. */
  #waitingKeys({ server }: Config): string[] {
    const started = this.#started.server;
    return [
      ...(['port', 'host'] as const).filter((key) => server[key] !== started[key]),
      ...(server.authToken === null && !isLoopbackHost(started.host) ? ['authToken'] : []),
    ].map((key) => `server.${key}`);
  }

  #report(next: Config, before: Config, restartNeeded: readonly string[]): void {
    const { log } = this.#options;
    const count = next.routes.length;
    const from = next.file === null ? '' : ` from ${displayPath(next.file)}`;
    log.info(`configuration reloaded${from}: ${count} ${count === 1 ? 'route' : 'routes'}`);
    for (const warning of next.warnings) {
      if (!before.warnings.includes(warning)) log.warn(warning);
    }
    for (const key of restartNeeded) {
      if (this.#restartNeeded.includes(key)) continue;
      log.warn(`${key} has changed; that takes effect when the gateway is started again`);
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const gone = (file: string): ReloadResult => ({
  result: 'refused',
  problem: `${displayPath(file)}: the file is gone; put it back, or start the gateway again to run without it`,
});

/** The configuration with the token that is asked for now. */
function stillClosed(next: Config, before: Config): Config {
  return { ...next, server: { ...next.server, authToken: before.server.authToken } };
}
