import { readFileSync } from 'node:fs';
import type { Environment } from '../../config/paths.ts';
import { COMMIT, VERSION } from '../../version.ts';
import { command, UsageError } from '../command.ts';
import { EXIT, paint, print, printError, printJson } from '../output.ts';

export default command({
  name: 'upgrade',
  description:
    'Replace this executable by the latest release, once the new one has been checked and tried.',
  example: 'cc-route upgrade',
  args: {
    version: { type: 'string', valueHint: 'x.y.z', description: 'This version, not the latest.' },
    check: { type: 'boolean', description: 'Only say whether there is another one.' },
    rollback: { type: 'boolean', description: 'Go back to the version before.' },
    json: { type: 'boolean', description: 'Print JSON.' },
  },
  async run({ version, check, rollback, json }) {
    const wanted = version === undefined ? null : version.replace(/^v/, '');
    if (wanted !== null && !/^\d[0-9A-Za-z.+-]*$/.test(wanted)) {
      throw new UsageError(`--version: ${JSON.stringify(version)} is no version`);
    }
    const { UpgradeError } = await import('../upgrade/release.ts');
    try {
      const result =
        rollback === true
          ? await goBack()
          : await upgrade(wanted, check === true, { ...process.env });
      if (json === true) printJson(result);
      else print(inWords(result));
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof UpgradeError)) throw error;
      printError(`cc-route upgrade: ${error.message}`);
      return EXIT.failure;
    }
  },
});

interface UpgradeResult {
  /** `available`: asked only. */
  readonly result: 'up-to-date' | 'available' | 'upgraded' | 'rolled-back';
  readonly from: string;
  /** What the new executable says of itself. */
  readonly to?: string;
}

const from = `cc-route ${VERSION}${COMMIT === null ? '' : ` (${COMMIT})`}`;

async function upgrade(
  version: string | null,
  checkOnly: boolean,
  env: Environment,
): Promise<UpgradeResult> {
  const { fetchExecutable, findRelease, sha256 } = await import('../upgrade/release.ts');
  const { replaceableFile, replaceExecutable } = await import('../upgrade/replace.ts');
  const { ensureStateDir } = await import('../../config/paths.ts');
  const release = await findRelease(version, env);
  if (sha256(readFileSync(process.execPath)) === release.sha256) {
    return { result: 'up-to-date', from };
  }
  if (checkOnly) return { result: 'available', from };
  const file = replaceableFile(process.execPath);
  printError(`Fetching ${release.url} …`);
  const to = replaceExecutable(file, await fetchExecutable(release), ensureStateDir());
  return { result: 'upgraded', from, to };
}

async function goBack(): Promise<UpgradeResult> {
  const { replaceableFile, rollBack } = await import('../upgrade/replace.ts');
  const { ensureStateDir } = await import('../../config/paths.ts');
  const to = rollBack(replaceableFile(process.execPath), ensureStateDir());
  return { result: 'rolled-back', from, to };
}

function inWords({ result, to }: UpgradeResult): string {
  switch (result) {
    case 'up-to-date':
      return `${paint('green', 'up to date')}  ${from}`;
    case 'available':
      return `Another version is there. You have ${from}.\nGet it: cc-route upgrade`;
    case 'upgraded':
      return (
        `${paint('green', 'upgraded')}  ${from} → ${to}\n` +
        'A gateway that runs goes on with the old one until its sessions end.\n' +
        'Go back: cc-route upgrade --rollback'
      );
    case 'rolled-back':
      return `${paint('green', 'back')}  ${from} → ${to}`;
  }
}
