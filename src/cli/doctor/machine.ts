import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { stateDir } from '../../config/paths.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding } from './finding.ts';

/** With less, in bytes, the usage database and the log can't be written for long. */
const LITTLE_BYTES = 50_000_000;

/** The state folder, the disk, and what is installed. */
export function checkMachine(context: DoctorContext): readonly Finding[] {
  const findings = new Findings('machine');
  checkStateFolder(context, findings);
  checkInstalls(context, findings);
  return findings.list;
}

function checkStateFolder(context: DoctorContext, findings: Findings): void {
  const { env, platform, show, freeBytes, home } = context;
  const folder = stateDir({ env, platform });
  const mend = 'export CC_ROUTE_STATE_DIR=/some/folder/of/yours';
  const why = "the gateway can't start: it keeps its lock, log and usage there";
  const existing = nearestExisting(folder);
  const status = statSync(existing);
  const user = process.getuid?.();
  if (folder === home) {
    findings.error('machine.state-folder', {
      what: 'CC_ROUTE_STATE_DIR names your home folder',
      why,
      mend,
    });
  } else if (!status.isDirectory()) {
    findings.error('machine.state-folder', {
      what: `${show(existing)} is a file, and the state folder would be there`,
      why,
      mend,
    });
  } else if (existing === folder && user !== undefined && status.uid !== user) {
    findings.error('machine.state-folder', {
      what: `the state folder ${show(folder)} belongs to another user`,
      why: `${why}, and trusts no folder that others can write to`,
      mend: `sudo chown -R "$USER" ${show(folder)}`,
    });
  } else if (!isWritable(existing)) {
    findings.error('machine.state-folder', {
      what: `${existing === folder ? 'the state folder' : 'the folder above the state folder,'} ${show(existing)} can't be written to`,
      why,
      mend: `chmod u+rwx ${show(existing)}   (or: ${mend})`,
    });
  } else {
    findings.ok('machine.state-folder', `state in ${show(folder)}`);
  }
  checkDisk(existing, freeBytes(existing), context, findings);
}

function checkDisk(
  folder: string,
  free: number,
  { show }: DoctorContext,
  findings: Findings,
): void {
  if (free >= LITTLE_BYTES) return;
  const isFull = free < 1_000_000;
  findings.add(isFull ? 'error' : 'warning', 'machine.disk', {
    what: isFull
      ? `the disk of ${show(folder)} is full`
      : `the disk of ${show(folder)} has ${Math.floor(free / 1_000_000)} MB left`,
    why: 'the gateway writes its record, log and usage there, and Claude Code its sessions',
    mend: `df -h ${show(folder)}`,
  });
}

/** Two installations are fine until one is updated and the other one is started. */
function checkInstalls({ env, show }: DoctorContext, findings: Findings): void {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter(isAbsolute);
  for (const program of ['clauder', 'cc-route', 'claude']) {
    const found = new Map<string, string>();
    for (const path of folders.map((folder) => join(folder, program))) {
      const real = runnable(path);
      if (real !== null && !found.has(real)) found.set(real, path);
    }
    const [first, ...others] = [...found.values()].map(show);
    if (first === undefined || others.length === 0) continue;
    findings.add(program === 'claude' ? 'note' : 'warning', 'machine.two-installs', {
      what: `${program} is on PATH ${found.size} times: ${[first, ...others].join(', ')}`,
      why: `${first} is the one that runs; an update may go to another one`,
      mend: `rm ${others.join(' ')}   (or remove its folder from PATH)`,
    });
  }
}

function runnable(path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? realpathSync(path) : null;
  } catch {
    return null;
  }
}

function nearestExisting(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) === undefined && dirname(path) !== path
    ? nearestExisting(dirname(path))
    : path;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
