import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stateDir } from '../../config/paths.ts';
import { bareCommandState } from '../plugin/bare-command.ts';
import { pluginStatus, type PluginStatus } from '../plugin/install.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding } from './finding.ts';

const AGAIN = 'cc-route plugin install';

/** The plugin, where somebody installed it: Claude Code is asked only then. */
export async function checkPlugin({
  env,
  platform,
  configError,
}: DoctorContext): Promise<readonly Finding[]> {
  const findings = new Findings('Claude Code');
  const isOurs = existsSync(join(stateDir({ env, platform }), 'plugin'));
  const bare = bareCommandState(env);
  if (configError !== null || (!isOurs && bare !== 'ours' && bare !== 'outdated')) return [];
  try {
    judge(await pluginStatus(env), findings);
  } catch (error) {
    findings.warning('claude.plugin-unknown', {
      what: 'Claude Code does not tell whether the plugin is installed',
      why: error instanceof Error ? error.message : String(error),
      mend: 'cc-route plugin status',
    });
  }
  return findings.list;
}

function judge(status: PluginStatus, findings: Findings): void {
  if (!status.installed) {
    findings.warning('claude.plugin-gone', {
      what: 'the plugin was installed, and Claude Code has it no more',
      why: 'plain claude has no /mmodel that works and none of your models as subagents',
      mend: `${AGAIN}   (or take the rest away: cc-route plugin uninstall)`,
    });
  } else if (!status.enabled) {
    findings.warning('claude.plugin-off', {
      what: 'the plugin is installed, but switched off',
      why: 'plain claude has none of your models as subagents',
      mend: 'claude plugin enable cc-route@cc-route',
    });
  } else if (!status.current || status.bareCommand === 'outdated') {
    findings.warning('claude.plugin-old', {
      what: 'the plugin was made from another configuration or version',
      why: 'plain claude offers subagents that are not, or not any more, your models',
      mend: AGAIN,
    });
  } else {
    findings.ok('claude.plugin', `plugin ${status.version ?? ''}, up to date`);
  }
}
