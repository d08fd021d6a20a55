import { statfsSync } from 'node:fs';
import { isCompiled } from '../../launcher/executable.ts';
import type { Environment } from '../../config/paths.ts';
import { checkClaude } from './claude.ts';
import { checkConfiguration, checkKeys } from './configuration.ts';
import type { DoctorContext, Machine } from './context.ts';
import { CHECKS, type Finding } from './finding.ts';
import { checkGateway } from './gateway.ts';
import { checkMachine } from './machine.ts';
import { checkNetwork } from './network.ts';
import { checkOtherRouters } from './other-routers.ts';
import { checkPlugin } from './plugin.ts';
import { checkSettings } from './settings.ts';
import { managedSettingsFolder } from './settings-files.ts';

type Check = (context: DoctorContext) => Promise<readonly Finding[]> | readonly Finding[];

/** Everything that is looked at without a request to anybody else's machine. */
const OFFLINE_CHECKS: readonly Check[] = [
  checkConfiguration,
  checkKeys,
  checkGateway,
  checkClaude,
  checkPlugin,
  checkSettings,
  checkNetwork,
  checkOtherRouters,
  checkMachine,
];

/** Looks at everything; changes nothing. */
export async function examine(context: DoctorContext): Promise<readonly Finding[]> {
  const found = await Promise.all(OFFLINE_CHECKS.map(async (check) => check(context)));
  return inOrder(found.flat());
}

/** By check, and the worst first. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const levels = ['error', 'warning', 'note', 'ok'];
  const rank = ({ check, level }: Finding): number =>
    CHECKS.indexOf(check) * levels.length + levels.indexOf(level);
  return findings.toSorted((a, b) => rank(a) - rank(b));
}

/** The machine that this process runs on. */
export function thisMachine(env: Environment): Machine {
  return {
    env,
    cwd: process.cwd(),
    platform: process.platform,
    self: isCompiled() ? process.execPath : Bun.main,
    managedSettings: managedSettingsFolder(process.platform),
    freeBytes(folder) {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    },
  };
}
