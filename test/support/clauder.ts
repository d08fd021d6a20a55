import { setDefaultTimeout } from 'bun:test';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { RECORD_FILE, type GatewayRecord } from '../../src/core/control.ts';
import { findClaude } from './claude-install.ts';
import { until } from './deadline.ts';
import type { FakeUpstream } from './fake-upstream.ts';
import { run, type Finished } from './run.ts';
import { createSandbox, isolated, type Sandbox } from './sandbox.ts';

const project = join(import.meta.dir, '../..');
const binary = join(project, 'release/bin/clauder');

/** Whether the executable is no older than its sources. */
function binaryIsFresh(): boolean {
  if (!existsSync(binary)) return false;
  const compiled = statSync(binary).mtimeMs;
  const sources = [...new Bun.Glob('src/**/*').scanSync({ cwd: project, absolute: true })];
  return sources.every((path) => statSync(path).mtimeMs <= compiled);
}

/** How `clauder` is started: what the environment names, the current executable, or the source. */
function clauder(): readonly string[] {
  const named = process.env['CC_ROUTE_TEST_CLAUDER'];
  if (named !== undefined) return named.split(' ');
  return binaryIsFresh() ? [binary] : [process.execPath, join(project, 'src/main.ts')];
}

export const CLAUDER = clauder();

// A real client takes about a second, several times that on a busy machine; the default is 5 s.
setDefaultTimeout(60_000);

if (CLAUDER.length > 1) {
  console.error('release/bin/clauder is missing or outdated: the tests run clauder from source.');
}
if (!isolated()) {
  console.error('The network is in reach of these tests; scripts/test runs them without.');
}

/** Writes out how a route of the configuration reaches a fake provider. */
export const routeTo = (
  upstream: FakeUpstream,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  baseURL: upstream.baseURL,
  wire: upstream.wire,
  authToken: 'provider-key',
  ...more,
});

/** The whole configuration file, as an object. */
export interface ConfigFile {
  readonly modelRoutes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [key: string]: unknown;
}

/** So high that no test reaches it, and still in force. */
const NO_RATE_LIMIT = { CC_RATE_LIMIT_RPS: '1000000', CC_RATE_LIMIT_BURST: '1000000' };

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    probe.close(() => resolve());
  });
  return port;
}

/** A running `clauder --proxy-only`. */
export interface RunningGateway extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly sandbox: Sandbox;
  /** The control token, pid and more, as the gateway wrote them down. */
  record(): GatewayRecord;
  /** What it printed so far. */
  output(): string;
  /** Resident memory of the process that serves, in bytes. */
  residentBytes(): number;
  stop(): Promise<number>;
}

export interface GatewayOptions {
  readonly config: ConfigFile;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Where it listens, if the flags say so. */
  readonly host?: string;
}

function residentBytes(pid: number): number {
  if (existsSync('/proc/self/status')) {
    const kilobytes = /VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes) * 1024;
  }
  return Number(Bun.spawnSync(['ps', '-o', 'rss=', '-p', String(pid)]).stdout.toString()) * 1024;
}

/** Starts the gateway as a process of its own and waits until it answers. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const sandbox = createSandbox();
  const port = await freePort();
  const config = sandbox.write('config.json', JSON.stringify(options.config, null, 2));
  const stateDir = join(sandbox.root, 'state');
  const child = Bun.spawn(
    [
      ...CLAUDER,
      '--proxy-only',
      '--port',
      String(port),
      '--config',
      config,
      ...(options.flags ?? []),
    ],
    {
      cwd: sandbox.project,
      env: sandbox.environment({ CC_ROUTE_STATE_DIR: stateDir, ...NO_RATE_LIMIT, ...options.env }),
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    },
  );
  let output = '';
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const { host = '127.0.0.1' } = options;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    const code = await child.exited;
    clearTimeout(killer);
    await collected;
    sandbox[Symbol.dispose]();
    return code;
  };
  await until(`the gateway on port ${port}`, async () => {
    if (child.exitCode !== null) {
      await collected;
      throw new Error(`the gateway ended with ${child.exitCode}:\n${output}`);
    }
    return fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    );
  });
  const record = () =>
    JSON.parse(readFileSync(join(stateDir, RECORD_FILE), 'utf8')) as GatewayRecord;
  return {
    url,
    port,
    sandbox,
    record,
    output: () => output,
    residentBytes: () => residentBytes(record().pid),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

/** A user's machine: a home, a configuration, Claude Code on `PATH`. */
export interface Desk extends Disposable {
  readonly sandbox: Sandbox;
  /** The environment that programs are started with. */
  environment(more?: Readonly<Record<string, string>>): Record<string, string>;
  /** Runs `clauder …` to its end. */
  clauder(args: readonly string[], options?: DeskRunOptions): Promise<Finished>;
  /** Runs any program to its end. */
  run(command: readonly string[], options?: DeskRunOptions): Promise<Finished>;
}

interface DeskRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

export interface DeskOptions {
  /** An object, or the file's text as it is; `null`: no file. */
  readonly config: ConfigFile | string | null;
  /** Which Claude Code is installed, if any; absent: the current one. */
  readonly claude?: false | string;
  /** Leaves the gateway's port as it is by default, where a free one would be set. */
  readonly defaultPort?: boolean;
}

/** A dead end for whatever the client would like to tell the world where the network is in reach. */
const NO_WORLD = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1,localhost' };

/** Sets up a machine with the real Claude Code and a configuration where users have it. */
export async function createDesk(options: DeskOptions): Promise<Desk> {
  const sandbox = createSandbox();
  if (options.claude !== false) {
    const claude = findClaude(options.claude);
    if (claude === null) {
      throw new Error('Claude Code is not installed for the tests: scripts/test does it');
    }
    sandbox.link('claude', claude);
  }
  if (options.config !== null) {
    const text =
      typeof options.config === 'string' ? options.config : JSON.stringify(options.config, null, 2);
    sandbox.write('home/.claude/settings.cc-route.json', text);
  }
  const port = await freePort();
  const environment: Desk['environment'] = (more = {}) =>
    sandbox.environment({
      ...(options.defaultPort === true ? {} : { CC_ROUTE_PORT: String(port) }),
      IS_SANDBOX: '1',
      DISABLE_AUTOUPDATER: '1',
      ...(isolated() ? {} : NO_WORLD),
      ...more,
    });
  const runHere: Desk['run'] = (command, { env, ...more } = {}) =>
    run(command, { cwd: sandbox.project, env: environment(env), ...more });
  return {
    sandbox,
    environment,
    run: runHere,
    clauder: (args, more) => runHere([...CLAUDER, ...args], more),
    [Symbol.dispose]: () => sandbox[Symbol.dispose](),
  };
}
