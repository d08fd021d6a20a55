import { statSync } from 'node:fs';
import type { ConfigFlags } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { readConfigFile } from '../config/file.ts';
import { loadConfig } from '../config/load.ts';
import {
  configPath,
  displayPath,
  ensureStateDir,
  gatewayLogPath,
  type Environment,
} from '../config/paths.ts';
import { ConfigWatch } from '../config/watch.ts';
import type { GatewayRecord } from '../core/control.ts';
import { systemClock } from '../lib/clock.ts';
import { LineBuffer } from '../lib/line-buffer.ts';
import { boundedOutput } from '../telemetry/log-file.ts';
import { createLog } from '../telemetry/log.ts';
import { VERSION } from '../version.ts';
import { hangupMeaning } from './hangup.ts';
import { removeRecord, updateRecord, writeRecord } from './record.ts';
import type { ConfigSource, Reloader } from './reload.ts';
import { startServer, type RunningServer, type ServerOptions } from './server.ts';

export interface RunOptions {
  readonly flags: ConfigFlags;
  /** Started by a session, ends with the last one. */
  readonly ephemeral: boolean;
  /** Started in the background, by a launcher or `cc-route start`. */
  readonly detached: boolean;
  /** Say on stdout where it listens and what to try. */
  readonly announce: boolean;
}

/**
 * Runs a gateway in the foreground until a signal, `POST /v1/admin/shutdown` or the end of its
 * last session stops it. Its configuration follows the file.
 * @returns the exit code: 0 after an orderly end, 1 where it could not start.
 */
export async function runGateway(options: RunOptions): Promise<number> {
  try {
    return await serve(options);
  } catch (error) {
    process.stderr.write(`${startError(error)}\n`);
    return 1;
  }
}

async function serve({ flags, ephemeral, detached, announce }: RunOptions): Promise<number> {
  const { env } = process;
  const source = await configSource(flags, env);
  const config = await source.load(source.initial);
  const stateDir = ensureStateDir();
  const output = boundedOutput(process.stderr, gatewayLogPath(stateDir));
  const lines = new LineBuffer(output, systemClock);
  process.on('exit', () => lines.flush());
  const log = createLog(config.log, (line) => lines.add(line));
  const stopped = Promise.withResolvers<string>();
  const server = listen({
    config,
    source,
    log,
    env,
    ephemeral,
    onChange: (running) => updateRecord(stateDir, recordOf(running, detached)),
    onShutdown: stopped.resolve,
  });
  const { reloader } = server.context;
  const hangup = hangupMeaning();
  process.on('SIGHUP', () => {
    if (hangup() === 'stop') stopped.resolve('SIGHUP');
    else void reloader.reload();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => stopped.resolve(signal));
  }
  catchStrays((message) => log.error(message));
  writeRecord(stateDir, recordOf(server, detached));
  const watch = follow(source, reloader);
  for (const warning of config.warnings) log.warn(warning);
  log.info(`listening on ${server.url}, version ${VERSION}, pid ${process.pid}`);
  if (announce) process.stdout.write(announcement(server, config.file));

  const reason = await stopped.promise;
  log.info(`stopping: ${reason}`);
  watch?.stop();
  removeRecord(stateDir);
  await server.stop();
  return 0;
}

/** The configuration file, and how to make a configuration of what stands in it. */
async function configSource(flags: ConfigFlags, env: Environment): Promise<ConfigSource> {
  const { path } = configPath(flags.config, { env });
  return {
    path,
    initial: path === null ? { kind: 'absent' } : await readConfigFile(path),
    load: (read) => loadConfig({ flags, env, read }),
  };
}

/** Reloads whenever the file changes. What is no file, such as a pipe, can be read only once. */
function follow({ path, initial }: ConfigSource, reloader: Reloader): ConfigWatch | null {
  if (path === null || (initial.kind === 'text' && !statSync(path).isFile())) return null;
  return new ConfigWatch({
    path,
    initial,
    clock: systemClock,
    use: async (read) => {
      const outcome = await reloader.use(read);
      return outcome.result === 'refused' ? () => reloader.refuse(outcome.problem) : null;
    },
  });
}

/** @throws Error that names the port and what to do where another program has it. */
function listen(options: ServerOptions): RunningServer {
  try {
    return startServer(options);
  } catch (error) {
    const { host, port } = options.config.server;
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw new Error(
      `port ${port} on ${host} is taken by another program. ` +
        `Choose another one with --port or CC_ROUTE_PORT, or see who has it: lsof -i :${port}`,
      { cause: error },
    );
  }
}

/** The last net: a bug in one request must not end everybody's session. */
function catchStrays(report: (message: string) => void): void {
  const show = (what: string) => (error: unknown) =>
    report(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.on('unhandledRejection', show('unhandled rejection'));
  process.on('uncaughtException', show('uncaught exception'));
}

function recordOf(server: RunningServer, detached: boolean): GatewayRecord {
  const { controlToken, clientToken, gateway, leases, startedAt } = server.context;
  return {
    pid: process.pid,
    host: server.host,
    port: server.port,
    version: VERSION,
    startedAt: new Date(startedAt).toISOString(),
    controlToken: controlToken.reveal(),
    clientToken: clientToken?.reveal() ?? null,
    ephemeral: leases.endsWithLast,
    detached,
    configFile: gateway.config.file,
  };
}

function announcement(server: RunningServer, configFile: string | null): string {
  return `cc-route ${VERSION} listens on ${server.url}
${configFile === null ? firstSteps() : `Routes from ${displayPath(configFile)}.`}

Try it:
  curl ${server.url}/v1/messages -H 'content-type: application/json' \\
    -d '{"model":"echo","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}'
Use it with Claude Code:
  clauder --model echo
`;
}

/** What there is without a configuration, and how to go on. */
function firstSteps(): string {
  const { path } = configPath();
  return `No configuration yet: claude-* models and the built-in "echo" work. To add a model, write
${path === null ? 'a file and name it with --config' : displayPath(path)}:
  { "modelRoutes": { "deepseek-v4-flash": { "alias": "d4f", "preset": "deepseek", "authToken": "\${DEEPSEEK_API_KEY}" } } }`;
}

/** Why it could not start: the thing, the cause and the next step, without a stack trace. */
function startError(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return `cc-route: could not start: ${error instanceof Error ? error.message : String(error)}`;
}
