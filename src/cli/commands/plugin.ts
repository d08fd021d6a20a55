import { defineCommand } from 'citty';
import { displayPath, type Environment } from '../../config/paths.ts';
import { command } from '../command.ts';
import { jsonArg } from '../configuration.ts';
import { EXIT, print, printJson } from '../output.ts';
import type { PluginStatus } from '../plugin/install.ts';

const install = command({
  name: 'install',
  description:
    'Add /mmodel and your models as subagents to every session, or bring them up to date.',
  example: 'cc-route plugin install',
  args: { json: jsonArg },
  async run({ json }) {
    const { installPlugin } = await import('../plugin/install.ts');
    const status = await installPlugin(process.env);
    if (json === true) printJson(status);
    else print(`installed\n${describe(status, process.env)}\n\n${NEXT}`);
    return EXIT.ok;
  },
});

const uninstall = command({
  name: 'uninstall',
  description: 'Take the plugin away; your home is as it was before.',
  example: 'cc-route plugin uninstall',
  async run() {
    const { uninstallPlugin } = await import('../plugin/install.ts');
    print((await uninstallPlugin(process.env)) ? 'uninstalled' : 'not installed');
    return EXIT.ok;
  },
});

const status = command({
  name: 'status',
  description: 'Tell whether the plugin is installed and up to date. Exit code 1: it is not.',
  example: 'cc-route plugin status --json',
  args: { json: jsonArg },
  async run({ json }) {
    const { pluginStatus } = await import('../plugin/install.ts');
    const found = await pluginStatus(process.env);
    if (json === true) printJson(found);
    else if (!found.installed) print('not installed\nInstall it: cc-route plugin install');
    else print(`installed\n${describe(found, process.env)}`);
    return found.installed && found.current ? EXIT.ok : EXIT.failure;
  },
});

const NEXT = `It works in the sessions that start from now on. They have to reach the gateway: start them by
clauder, or run cc-route start and set ANTHROPIC_BASE_URL to its address.`;

const BARE: { readonly [State in PluginStatus['bareCommand']]: string } = {
  ours: 'yes',
  outdated: 'of another version; bring it up to date: cc-route plugin install',
  absent: 'no; add it: cc-route plugin install',
  foreign: 'no: commands/mmodel.md is a command of your own. /cc-route:mmodel works',
};

function describe(found: PluginStatus, env: Environment): string {
  const state = !found.enabled
    ? 'off; turn it on: claude plugin enable cc-route@cc-route'
    : found.current
      ? 'on, and up to date'
      : 'on, made from another configuration or version; bring it up to date: cc-route plugin install';
  const rows: readonly (readonly [string, string])[] = [
    ['version', found.version ?? '-'],
    ['state', state],
    ['/mmodel', BARE[found.bareCommand]],
    ['folder', displayPath(found.folder, { env })],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(8)}  ${value}`).join('\n');
}

/** `cc-route plugin install | uninstall | status`. */
export default defineCommand({
  meta: {
    name: 'plugin',
    description:
      'The Claude Code plugin for people who start claude themselves. Example: cc-route plugin install',
  },
  subCommands: { install, uninstall, status },
});
