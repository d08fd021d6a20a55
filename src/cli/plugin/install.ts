import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureStateDir, stateDir, type Environment } from '../../config/paths.ts';
import type { RouteSummary } from '../../core/route-summary.ts';
import { summarizeRoute } from '../../gateway/route-summary.ts';
import { isCompiled, manageCommand } from '../../launcher/executable.ts';
import { findClaude } from '../../launcher/find-claude.ts';
import {
  BARE_COMMAND,
  installedPlugin,
  MARKETPLACE,
  type Files,
} from '../../launcher/plugin-files.ts';
import { holds, writeFiles } from '../../launcher/plugin-folder.ts';
import { loadTable } from '../configuration.ts';
import { bareCommandPath, bareCommandState, claudeFolder } from './bare-command.ts';
import { PluginClient } from './client.ts';
import { eraseTraces, keepFootprint, readFootprint, takeFootprint } from './footprint.ts';

/** What stands where. */
interface Places {
  readonly client: PluginClient;
  /** Claude Code's own folder. */
  readonly home: string;
  /** The marketplace with the plugin in it; Claude Code reads it from there. */
  readonly folder: string;
  /** How Claude Code's folder was before. */
  readonly footprint: string;
}

/** How the plugin stands. */
export interface PluginStatus {
  readonly installed: boolean;
  readonly enabled: boolean;
  readonly version: string | null;
  /** Made by this program from the configuration as it is now. */
  readonly current: boolean;
  readonly folder: string;
  /** The bare `/mmodel`. */
  readonly bareCommand: ReturnType<typeof bareCommandState>;
}

/**
 * Installs the plugin for every session of the user's, or brings an installed one up to date.
 *
 * @throws LaunchError without Claude Code; ClientError; ConfigError
 */
export async function installPlugin(env: Environment): Promise<PluginStatus> {
  const files = await filesOf(env);
  const places = findPlaces(env);
  const { client, home, folder, footprint } = places;
  ensureStateDir(stateDir({ env }), { env });
  keepFootprint(footprint, takeFootprint(home));
  await remove(client);
  writeFiles(folder, files);
  await client.addMarketplace(folder);
  await client.install();
  writeBareCommand(env);
  return statusOf(places, files, env);
}

/**
 * Takes the plugin away, with everything that installing it has left.
 *
 * @returns whether there was anything to take away
 * @throws LaunchError without Claude Code; ClientError
 */
export async function uninstallPlugin(env: Environment): Promise<boolean> {
  const { client, home, folder, footprint } = findPlaces(env);
  const removed = await remove(client);
  const bare = bareCommandPath(env);
  const state = bareCommandState(env);
  const hasBare = bare !== null && (state === 'ours' || state === 'outdated');
  if (hasBare) rmSync(bare);
  const before = readFootprint(footprint);
  if (removed || before !== null) eraseTraces(home, before);
  rmSync(folder, { recursive: true, force: true });
  rmSync(footprint, { force: true });
  return removed || hasBare;
}

/** @throws LaunchError without Claude Code; ClientError; ConfigError */
export async function pluginStatus(env: Environment): Promise<PluginStatus> {
  return statusOf(findPlaces(env), await filesOf(env), env);
}

async function statusOf(places: Places, files: Files, env: Environment): Promise<PluginStatus> {
  const listed = await places.client.find();
  return {
    installed: listed !== null,
    enabled: listed?.enabled ?? false,
    version: listed?.version ?? null,
    current: listed !== null && holds(listed.folder, files),
    folder: places.folder,
    bareCommand: bareCommandState(env),
  };
}

function findPlaces(env: Environment): Places {
  const self = isCompiled() ? process.execPath : Bun.main;
  const client = new PluginClient(findClaude({ env, cwd: process.cwd(), self }), env);
  const home = claudeFolder(env);
  if (home === null) throw new Error('there is no home folder to install the plugin for');
  const state = stateDir({ env });
  const folder = join(state, 'plugin');
  return { client, home, folder, footprint: join(state, 'plugin-before.json') };
}

/** The plugin of the configuration as it is now. */
async function filesOf(env: Environment): Promise<Files> {
  const { table } = await loadTable(undefined, env);
  const routes: readonly RouteSummary[] = table.routes.map(summarizeRoute);
  return installedPlugin(routes, manageCommand());
}

async function remove(client: PluginClient): Promise<boolean> {
  const plugin = await client.find();
  if (plugin !== null) await client.uninstall();
  const marketplace = await client.findMarketplace(MARKETPLACE);
  if (marketplace !== null) await client.removeMarketplace(MARKETPLACE);
  return plugin !== null || marketplace !== null;
}

/** A command of the user's own by that name stays. */
function writeBareCommand(env: Environment): void {
  const path = bareCommandPath(env);
  if (path === null || bareCommandState(env) === 'foreign') return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, BARE_COMMAND);
}
