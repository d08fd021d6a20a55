import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_FILE, type GatewayRecord } from '../core/control.ts';

/** Written whole and then moved into place, readable by its owner only: it holds the tokens. */
export function writeRecord(stateDir: string, record: GatewayRecord): void {
  const file = join(stateDir, RECORD_FILE);
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

/** Writes the record anew, unless another gateway has put its own there. */
export function updateRecord(stateDir: string, record: GatewayRecord): void {
  if (isOurs(stateDir)) writeRecord(stateDir, record);
}

/** Removes the record, unless another gateway has put its own there. */
export function removeRecord(stateDir: string): void {
  if (isOurs(stateDir)) rmSync(join(stateDir, RECORD_FILE), { force: true });
}

function isOurs(stateDir: string): boolean {
  try {
    const text = readFileSync(join(stateDir, RECORD_FILE), 'utf8');
    return (JSON.parse(text) as GatewayRecord).pid === process.pid;
  } catch {
    // Gone or unreadable: nothing of ours is left there.
    return false;
  }
}
