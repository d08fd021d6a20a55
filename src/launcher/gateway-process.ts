import type { GatewayRecord } from '../core/control.ts';
import { configPath, displayPath, ensureStateDir, type Environment } from '../config/paths.ts';
import { openLease, provesIdentity, type Lease } from './control-client.ts';
import { gatewayEnvironment, ownCommand } from './executable.ts';
import { openGatewayLog, type GatewayLog } from './gateway-log.ts';
import { LaunchError } from './launch-error.ts';
import { isReplaceable, stopAndWait } from './outdated.ts';
import { isListening, portOwner } from './port-owner.ts';
import { isAlive, readRecord } from './record.ts';
import { takeStartLock } from './start-lock.ts';

/** How long a gateway may take until it answers, in milliseconds. */
const START_MS = 10_000;

/** How often somebody looks whether it does. */
const POLL_MS = 5;

/** A start that takes longer is worth a line at the terminal. */
const PROGRESS_AFTER_MS = 1_000;

export interface GatewayOptions {
  readonly stateDir: string;
  /** The launcher's own environment; a gateway it starts gets it too. */
  readonly env: Environment;
  /** A port that the gateway has to have, as another one had it before. */
  readonly port?: number;
  /** Whether a started gateway ends with its last session. */
  readonly ephemeral: boolean;
  /** Writes one line for the person at the terminal. */
  readonly notice: (line: string) => void;
}

/** A gateway, and the lease that keeps it. */
export interface Attachment {
  readonly record: GatewayRecord;
  readonly lease: Lease;
}

/** The gateway of this state folder, if one runs and proves that it is ours. */
export async function findGateway(stateDir: string): Promise<GatewayRecord | null> {
  const record = readRecord(stateDir);
  if (record === null || !isAlive(record.pid)) return null;
  return (await provesIdentity(record)) ? record : null;
}

/**
 * Finds the gateway, or starts it, and takes a lease on it. Of several callers in several
 * processes one starts it and all get it.
 *
 * @throws LaunchError where none can be started
 */
export async function attachToGateway(options: GatewayOptions): Promise<Attachment> {
  const giveUpAt = Date.now() + 2 * START_MS;
  while (Date.now() < giveUpAt) {
    const record = await ensureGateway(options);
    const lease = await openLease(record);
    if (lease !== null) return { record, lease };
    // It is about to end: its record goes first, then its port is free for the next one.
    await Bun.sleep(10 * POLL_MS);
  }
  throw new LaunchError(
    'clauder: the running gateway takes no new session and does not end.\n' +
      'Try: clauder --proxy-stop',
  );
}

/**
 * The running gateway, or one started for the purpose.
 *
 * @throws LaunchError where none can be started
 */
export async function ensureGateway(options: GatewayOptions): Promise<GatewayRecord> {
  const giveUpAt = Date.now() + 2 * START_MS;
  do {
    const running = await findGateway(options.stateDir);
    if (running !== null && !(await isReplaceable(running))) return running;
    prepareStateDir(options);
    const unlock = takeStartLock(options.stateDir);
    if (unlock !== null) {
      try {
        // Somebody may have started one between the look and the lock.
        const found = await findGateway(options.stateDir);
        if (found === null) return await startGateway(options);
        if (!(await isReplaceable(found)) || !(await stopAndWait(found))) return found;
        return await startGateway(successorOptions(found, options));
      } finally {
        unlock();
      }
    }
    await Bun.sleep(POLL_MS);
  } while (Date.now() < giveUpAt);
  throw new LaunchError(
    'clauder: another clauder has been starting the gateway for too long.\n' +
      `If none is left, remove ${displayPath(options.stateDir)}/start.lock`,
  );
}

/** A gateway that somebody started for good comes back just as it was. */
function successorOptions(old: GatewayRecord, options: GatewayOptions): GatewayOptions {
  if (old.ephemeral) return options;
  const { configFile, port } = old;
  const env = configFile === null ? options.env : { ...options.env, CC_ROUTE_CONFIG: configFile };
  return { ...options, env, port, ephemeral: false };
}

function prepareStateDir({ stateDir, env }: GatewayOptions): void {
  try {
    ensureStateDir(stateDir, { env });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LaunchError(
      `clauder: the state folder ${displayPath(stateDir, { env })} can't be used: ${reason}.\n` +
        'Name another one by CC_ROUTE_STATE_DIR.',
    );
  }
}

async function startGateway(options: GatewayOptions): Promise<GatewayRecord> {
  const log = openGatewayLog(options.stateDir);
  try {
    const first = await spawnGateway(options, log, options.port);
    if (first.record !== null) return first.record;
    // Another launcher's may have been faster, or this one failed because of it.
    const other = await findGateway(options.stateDir);
    if (other !== null) return other;
    const conflict = await findPortConflict(options);
    if (conflict === null) throw startFailure(first.problem, log);
    if (!conflict.mayMove) throw new LaunchError(conflict.message);
    const second = await spawnGateway(options, log, 0);
    if (second.record === null) throw startFailure(second.problem, log);
    options.notice(
      `clauder: port ${conflict.port} belongs to ${conflict.owner}; ` +
        `the gateway listens on ${second.record.port} instead.`,
    );
    return second.record;
  } finally {
    log.close();
  }
}

type Started =
  | { readonly record: GatewayRecord; readonly problem?: undefined }
  | { readonly record: null; readonly problem: string };

/** Starts a gateway in a session of its own, where no key of this terminal reaches it. */
async function spawnGateway(
  options: GatewayOptions,
  log: GatewayLog,
  port: number | undefined,
): Promise<Started> {
  const { stateDir, env } = options;
  const command = [
    ...ownCommand(),
    '--proxy-only',
    '--detached',
    ...(options.ephemeral ? ['--ephemeral'] : []),
    ...(port === undefined ? [] : ['--port', String(port)]),
  ];
  const child = Bun.spawn(command, {
    // Nothing of the user's folder is read, or kept from being removed.
    cwd: stateDir,
    env: { ...gatewayEnvironment(env), ...absolutePaths(env), CC_ROUTE_STATE_DIR: stateDir },
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  child.unref();
  const startedAt = Date.now();
  let announced = false;
  while (Date.now() - startedAt < START_MS) {
    if (child.exitCode !== null || child.signalCode !== null) {
      return {
        record: null,
        problem: `it ended with ${child.signalCode ?? `code ${child.exitCode}`}`,
      };
    }
    const record = readRecord(stateDir);
    if (record?.pid === child.pid && (await provesIdentity(record))) return { record };
    if (!announced && Date.now() - startedAt > PROGRESS_AFTER_MS) {
      announced = true;
      if (process.stderr.isTTY) options.notice('clauder: starting the gateway …');
    }
    await Bun.sleep(POLL_MS);
  }
  child.kill('SIGKILL');
  return { record: null, problem: `it did not answer within ${START_MS / 1000} seconds` };
}

/** Relative paths of the environment mean the user's folder, not the one the gateway runs in. */
function absolutePaths(env: Environment): Record<string, string> {
  if (!env['CC_ROUTE_CONFIG']) return {};
  const { path } = configPath(undefined, { env });
  return path === null ? {} : { CC_ROUTE_CONFIG: path };
}

function startFailure(problem: string, log: GatewayLog): LaunchError {
  const output = log.tail();
  const said = output === '' ? '' : `\n${output.replaceAll(/^/gmu, '  ')}`;
  return new LaunchError(
    `clauder: the gateway did not start: ${problem}.${said}\nIts log: ${displayPath(log.path)}`,
  );
}

interface PortConflict {
  readonly port: number;
  readonly owner: string;
  /** Nobody asked for this very port. */
  readonly mayMove: boolean;
  readonly message: string;
}

/** Whether the gateway failed because its port is taken; then by whom, and who asked for it. */
async function findPortConflict(options: GatewayOptions): Promise<PortConflict | null> {
  const { loadConfig } = await import('../config/load.ts');
  const config = await loadConfig({ env: options.env }).catch(() => null);
  if (config === null) return null;
  const { host } = config.server;
  const port = options.port ?? config.server.port;
  const origin = config.origins.get('server.port') ?? 'default';
  if (port === 0 || !(await isListening(host, port))) return null;
  const owner = portOwner(port) ?? 'another program';
  const where = {
    default: 'choose one by CC_ROUTE_PORT',
    environment: 'CC_ROUTE_PORT asks for it: set another one, or end that program',
    file: 'server.port of the configuration asks for it: set another one, or end that program',
    flag: 'choose another --port',
  }[origin];
  return {
    port,
    owner,
    mayMove: origin === 'default' && options.port === undefined,
    message: `clauder: port ${port} on ${host} belongs to ${owner}.\nNext step: ${where}.`,
  };
}
