import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_FILE, type GatewayRecord } from '../core/control.ts';

/** The record a gateway left in the state folder; `null`: none, or none that can be understood. */
export function readRecord(stateDir: string): GatewayRecord | null {
  try {
    const record: unknown = JSON.parse(readFileSync(join(stateDir, RECORD_FILE), 'utf8'));
    return isRecord(record) ? record : null;
  } catch {
    // Absent, or being written: either way nobody answers for it.
    return null;
  }
}

function isRecord(value: unknown): value is GatewayRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, port, controlToken, version } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(pid) &&
    Number.isSafeInteger(port) &&
    typeof host === 'string' &&
    typeof version === 'string' &&
    typeof controlToken === 'string' &&
    controlToken.length >= 16
  );
}

/** Whether a process with this id runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** Ended, but not yet collected by its parent: containers without an init keep such for ever. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // The state stands behind the program's name in parentheses (proc(5)).
    return /\) [ZX] [^)]*$/su.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
