import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../launcher/record.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding } from './finding.ts';
import { settingsSources } from './settings-files.ts';

/** What cc-switch writes in place of a key while its own proxy is on (`src-tauri/src/services/proxy.rs`). */
const CC_SWITCH_STAND_IN = 'PROXY_MANAGED';

/** What other programs of this kind left behind, or still do. */
export function checkOtherRouters(context: DoctorContext): readonly Finding[] {
  const findings = new Findings('other routers');
  const { home } = context;
  if (home !== null) {
    checkClaudeCodeRouter(join(home, '.claude-code-router'), context, findings);
    checkCcSwitch(join(home, '.cc-switch'), context, findings);
  }
  if (findings.list.length === 0) findings.ok('routers.none', 'no traces of another one');
  return findings.list;
}

function checkClaudeCodeRouter(folder: string, context: DoctorContext, findings: Findings): void {
  if (!existsSync(folder)) return;
  const { show } = context;
  const pid = readPid(join(folder, '.claude-code-router.pid'));
  if (pid !== null && isAlive(pid)) {
    findings.warning('routers.ccr-running', {
      what: `claude-code-router runs (pid ${pid})`,
      why: 'it has port 3456 unless told otherwise, which the gateway wants, too',
      mend: 'ccr stop',
    });
  }
  if (existsSync(join(folder, 'config.json'))) {
    findings.note('routers.ccr', {
      what: `claude-code-router was set up here (${show(folder)})`,
      why: 'its providers, keys and models can be taken over',
      mend: 'cc-route import claude-code-router --dry-run',
    });
  }
}

function checkCcSwitch(folder: string, context: DoctorContext, findings: Findings): void {
  if (!existsSync(folder)) return;
  for (const { name, kind, env, open } of settingsSources(context)) {
    const token = env['ANTHROPIC_AUTH_TOKEN'] ?? env['ANTHROPIC_API_KEY'];
    if (kind !== 'user' || !env['ANTHROPIC_BASE_URL'] || !token) continue;
    const isStandIn = token === CC_SWITCH_STAND_IN;
    findings.warning('routers.cc-switch-settings', {
      what: `cc-switch has written an address and ${isStandIn ? 'a stand-in for the key' : 'a key'} into ${name}`,
      why: isStandIn
        ? 'plain claude works only while the proxy of cc-switch runs; it writes them again at each switch'
        : 'plain claude goes to that provider; cc-switch writes them again at each switch',
      mend: `switch to the official login in cc-switch, or ${open(['env', 'ANTHROPIC_BASE_URL'])}`,
    });
  }
  findings.note('routers.cc-switch', {
    what: `cc-switch was set up here (${context.show(folder)})`,
    why: 'its providers and keys can be taken over, and then all of them are there at once',
    mend: 'cc-route import cc-switch --dry-run',
  });
}

function readPid(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8').trim()) || null;
  } catch {
    return null;
  }
}
