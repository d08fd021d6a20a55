import type { Environment } from '../../config/paths.ts';
import { PLUGIN_ID } from '../../launcher/plugin-files.ts';

/** Our plugin, as Claude Code lists it. */
export interface ListedPlugin {
  readonly version: string;
  readonly enabled: boolean;
  /** The folder that it is read from. */
  readonly folder: string;
}

/** A command of Claude Code's that failed. The message has its output. */
class ClientError extends Error {
  override readonly name = 'ClientError';
}

/** How long a command may take, in milliseconds: on a slow disk a start takes a while. */
const TIMEOUT_MS = 60_000;

/** Claude Code's own commands about plugins; they alone change its files. */
export class PluginClient {
  readonly #claude: string;
  readonly #env: Environment;

  constructor(claude: string, env: Environment) {
    this.#claude = claude;
    this.#env = env;
  }

  /** @throws ClientError */
  async addMarketplace(folder: string): Promise<void> {
    await this.#run('marketplace', 'add', folder);
  }

  /** @throws ClientError */
  async removeMarketplace(name: string): Promise<void> {
    await this.#run('marketplace', 'remove', name);
  }

  /** @throws ClientError */
  async install(): Promise<void> {
    await this.#run('install', PLUGIN_ID);
  }

  /** @throws ClientError */
  async uninstall(): Promise<void> {
    await this.#run('uninstall', PLUGIN_ID);
  }

  /**
   * @returns `null`: it isn't installed
   * @throws ClientError
   */
  async find(): Promise<ListedPlugin | null> {
    const listed = await this.#list('list');
    const plugin = listed.find(({ id }) => id === PLUGIN_ID);
    if (plugin === undefined) return null;
    const { version, enabled, readFromFolder, installPath } = plugin;
    return {
      version: String(version),
      enabled: enabled !== false,
      folder: String(readFromFolder ?? installPath),
    };
  }

  /**
   * Where the marketplace of this name is; `null`: there is none.
   *
   * @throws ClientError
   */
  async findMarketplace(name: string): Promise<string | null> {
    const listed = await this.#list('marketplace', 'list');
    const found = listed.find((marketplace) => marketplace['name'] === name);
    return found === undefined ? null : String(found['path'] ?? found['installLocation']);
  }

  async #list(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    const text = await this.#run(...args, '--json');
    try {
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
    } catch {
      throw new ClientError(`claude plugin ${args.join(' ')} --json gave no JSON:\n${text}`);
    }
  }

  async #run(...args: readonly string[]): Promise<string> {
    const child = Bun.spawn([this.#claude, 'plugin', ...args], {
      // It would leave a file for every report that it can't send.
      env: { ...this.#env, DISABLE_TELEMETRY: '1', DISABLE_AUTOUPDATER: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    if ((await child.exited) === 0) return stdout;
    const said = `${stdout}${stderr}`.trim().replaceAll(/^/gmu, '  ');
    throw new ClientError(`claude plugin ${args.join(' ')} failed:\n${said}`);
  }
}
