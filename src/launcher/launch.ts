import { configPath, displayPath, stateDir, type Environment } from '../config/paths.ts';
import type { GatewayRecord } from '../core/control.ts';
import type { RouteSummary, ServedRoute } from '../core/route-summary.ts';
import { findClientVersion, hasModelPicker } from './client-version.ts';
import { addressOf, fetchRoutes, requestStay } from './control-client.ts';
import { SESSION_DEPTH } from './environment.ts';
import { isCompiled, manageCommand } from './executable.ts';
import { findClaude } from './find-claude.ts';
import { attachToGateway, type GatewayOptions } from './gateway-process.ts';
import { LaunchError } from './launch-error.ts';
import { hasFlag } from './options.ts';
import { sessionPlugin } from './plugin-files.ts';
import { writePluginFolder } from './plugin-folder.ts';
import { runClaude, type Ending } from './run-claude.ts';
import { keepAttached } from './session-lease.ts';
import { readTextFile, writeSessionFile, type SessionFile } from './session-file.ts';
import { MAX_ARGUMENT_BYTES, planSession, type SessionPlan } from './session.ts';
import { isCommand, onlyInforms } from './settings.ts';
import { readUserSettings } from './user-settings.ts';

/** Sessions started from within sessions are fine; a `claude` that starts us again has no end. */
const MAX_DEPTH = 8;

/**
 * Makes sure that a gateway runs and runs Claude Code on it.
 *
 * @param env the environment as the user has it
 * @returns how Claude Code ended
 * @throws LaunchError where it can't be started
 */
export async function launch(args: readonly string[], env: Environment): Promise<Ending> {
  const cwd = process.cwd();
  const claude = findClaude({ env, cwd, self: isCompiled() ? process.execPath : Bun.main });
  const inherited = { ...definedOf(env), [SESSION_DEPTH]: String(nextDepth(env, claude)) };
  if (onlyInforms(args)) return runClaude(claude, args, inherited);

  const options: GatewayOptions = {
    stateDir: stateDir({ env }),
    env,
    ephemeral: true,
    notice: (line) => process.stderr.write(`${line}\n`),
  };
  const [attachment, client] = await Promise.all([
    attachToGateway(options),
    findClientVersion(claude, options.stateDir, inherited, Date.now()),
  ]);
  const { record } = attachment;
  warnOfOtherConfig(record, options);
  const isBackground = hasFlag(args, '--bg', '--background');
  if (isBackground) await keepForBackground(record, options);
  client.remember();

  // An older gateway doesn't tell: then there is a session without its models.
  const routes = await fetchRoutes(record).catch(() => []);
  const plan = planSession({
    args,
    env,
    user: readUserSettings({ env, cwd }),
    address: addressOf(record.host, record.port),
    clientToken: record.clientToken,
    routes,
    hasModelPicker: hasModelPicker(client.version),
    hasBackground: routes.some(takesSmallRequests),
    readFile: readTextFile,
  });
  const placed = isCommand(args) ? { args, files: [] } : place(plan, routes, options.stateDir);
  void keepAttached(attachment, options);
  try {
    return await runClaude(claude, placed.args, { ...inherited, ...plan.variables });
  } finally {
    // A session in the background reads them when this process is long gone.
    if (!isBackground) for (const file of placed.files) file.remove();
  }
}

/** A session in the background goes on without its launcher, hence without a lease. */
async function keepForBackground(record: GatewayRecord, { notice }: GatewayOptions): Promise<void> {
  if (!record.ephemeral) return;
  await requestStay(record);
  notice(
    'clauder: the gateway stays for the session in the background. Stop it: clauder --proxy-stop',
  );
}

/** A gateway of another version may not tell. */
const takesSmallRequests = ({ scenarios }: Partial<ServedRoute>): boolean =>
  scenarios?.includes('background') === true;

interface Placed {
  readonly args: readonly string[];
  readonly files: readonly SessionFile[];
}

/** Puts a plan onto the command line, and what mustn't stand there or is too long into files. */
function place(
  { settings, agents }: SessionPlan,
  routes: readonly RouteSummary[],
  folder: string,
): Placed {
  const files: SessionFile[] = [];
  const inFile = (kind: 'settings' | 'agents', text: string): string => {
    const file = writeSessionFile(folder, kind, text);
    files.push(file);
    return file.path;
  };
  const text = JSON.stringify(settings.settings);
  const isLong = Buffer.byteLength(text) > MAX_ARGUMENT_BYTES;
  let placed = settings.place(settings.isPrivate || isLong ? inFile('settings', text) : text);
  if (agents.types !== null) {
    const types = JSON.stringify(agents.types);
    placed = agents.place(placed, agents.isFile ? inFile('agents', types) : types);
  }
  if (routes.length > 0) {
    const plugin = sessionPlugin(routes, manageCommand());
    placed = ['--plugin-dir', writePluginFolder(folder, plugin, new Date()), ...placed];
  }
  return { args: placed, files };
}

/** One gateway serves all sessions: another configuration, asked for by name, has no effect on it. */
function warnOfOtherConfig(record: GatewayRecord, { env, notice }: GatewayOptions): void {
  const wanted = configPath(undefined, { env });
  if (wanted.origin === 'default' || wanted.path === record.configFile) return;
  const running = record.configFile === null ? 'no configuration' : displayPath(record.configFile);
  notice(
    `clauder: the running gateway uses ${running}, not ${displayPath(wanted.path ?? '')}. ` +
      'Stop it first (clauder --proxy-stop), or give this one its own CC_ROUTE_STATE_DIR.',
  );
}

function nextDepth(env: Environment, claude: string): number {
  const depth = Number(env[SESSION_DEPTH] ?? 0) + 1;
  if (depth <= MAX_DEPTH) return depth;
  throw new LaunchError(
    `clauder: ${claude} seems to start clauder again, without end.\n` +
      'Name the real Claude Code by CC_ROUTE_CLAUDE.',
  );
}

function definedOf(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
