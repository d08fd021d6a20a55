import { displayPath, gatewayLogPath, stateDir, type Environment } from '../config/paths.ts';
import {
  addressOf,
  fetchStatus,
  requestReload,
  requestShutdown,
} from '../launcher/control-client.ts';
import { ensureGateway, findGateway } from '../launcher/gateway-process.ts';
import { isAlive } from '../launcher/record.ts';
import { duration, EXIT, fields, paint, plural, print, printError, printJson } from './output.ts';

/** Longer than a gateway may drain, in milliseconds. */
const STOP_MS = 15_000;

/** `--proxy-status`, `cc-route status`. Exit code 3: no gateway runs. */
export async function showStatus(env: Environment, options: { json: boolean }): Promise<number> {
  const record = await findGateway(stateDir({ env }));
  if (record === null) {
    if (options.json) printJson({ running: false });
    else print('not running\nStart it: cc-route start, or just clauder');
    return EXIT.notRunning;
  }
  const status = await fetchStatus(record);
  if (options.json) {
    const { host, port, startedAt, ephemeral } = record;
    printJson({ running: true, ...status, host, port, startedAt, ephemeral });
    return EXIT.ok;
  }
  const rows: readonly (readonly [string, string])[] = [
    ['address', status.address],
    ['pid', String(status.pid)],
    ['version', status.version],
    ['uptime', duration(status.uptimeMs)],
    ['sessions', `${status.leases}${record.ephemeral ? ', ends with the last one' : ''}`],
    ['config', status.configFile === null ? 'none' : displayPath(status.configFile, { env })],
  ];
  print(paint('green', 'running'));
  print(fields(rows));
  if (status.configError !== null) {
    print(
      paint('red', 'The configuration has changed and is broken; the last good one is in force:'),
    );
    print(status.configError.replaceAll(/^/gmu, '  '));
  }
  printRestartNeeded(status.restartNeeded);
  const { problem = null, waiting = 0 } = status.usage ?? {};
  if (problem !== null) {
    print(paint('yellow', `${problem}; ${plural(waiting, 'call')} kept in memory`));
  }
  return EXIT.ok;
}

/** `cc-route reload` */
export async function reloadGateway(env: Environment, options: { json: boolean }): Promise<number> {
  const record = await findGateway(stateDir({ env }));
  if (record === null) {
    if (options.json) printJson({ running: false });
    else print('not running; the configuration is read when it starts');
    return EXIT.notRunning;
  }
  const answer = await requestReload(record);
  if (typeof answer === 'string') {
    printError(answer);
    return EXIT.failure;
  }
  if (options.json) {
    printJson(answer);
    return EXIT.ok;
  }
  const { result, configFile, restartNeeded } = answer;
  const file = configFile === null ? 'there is no file' : displayPath(configFile, { env });
  print(`${result === 'applied' ? 'reloaded' : 'unchanged'}: ${file}`);
  printRestartNeeded(restartNeeded);
  return EXIT.ok;
}

function printRestartNeeded(keys: readonly string[]): void {
  if (keys.length === 0) return;
  print(
    paint('yellow', `Changed, but in force only after cc-route stop and start: ${keys.join(', ')}`),
  );
}

/** `--proxy-stop`, `cc-route stop`: asks the gateway to drain and waits until it is gone. */
export async function stopGateway(env: Environment): Promise<number> {
  const record = await findGateway(stateDir({ env }));
  if (record === null) {
    print('not running');
    return EXIT.notRunning;
  }
  const sessions = await requestShutdown(record);
  const giveUpAt = Date.now() + STOP_MS;
  while (isAlive(record.pid) && Date.now() < giveUpAt) await Bun.sleep(10);
  if (isAlive(record.pid)) {
    printError(
      `The gateway (pid ${record.pid}) is still there after ${STOP_MS / 1000} seconds.\n` +
        `End it: kill ${record.pid}`,
    );
    return EXIT.failure;
  }
  print(
    `stopped; ${sessions === 0 ? 'no session was' : `${plural(sessions, 'session')} ${sessions === 1 ? 'was' : 'were'}`} attached`,
  );
  return EXIT.ok;
}

/** `cc-route start`: a gateway in the background, until it is stopped. */
export async function startGateway(env: Environment): Promise<number> {
  const folder = stateDir({ env });
  const running = await findGateway(folder);
  const record =
    running ??
    (await ensureGateway({ stateDir: folder, env, ephemeral: false, notice: printError }));
  const address = addressOf(record.host, record.port);
  if (running === null)
    print(`started: ${address}, log: ${displayPath(gatewayLogPath(folder), { env })}`);
  else {
    const until = record.ephemeral ? ', until its last session ends' : '';
    print(`already running: ${address} (pid ${record.pid})${until}`);
  }
  return EXIT.ok;
}
