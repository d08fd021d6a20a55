import { closeSync, fchmodSync, fstatSync, openSync, readSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { gatewayLogPath } from '../config/paths.ts';

/** What is shown of a gateway that didn't start. */
const TAIL_LINES = 20;
const TAIL_BYTES = 16_384;

/** The background gateway's log, opened for a new gateway to write to. */
export interface GatewayLog {
  readonly path: string;
  readonly fd: number;
  /** The last lines written since it was opened. */
  tail(): string;
  close(): void;
}

/** Opens the log to append, readable by this user only. The gateway keeps it small. */
export function openGatewayLog(stateDir: string): GatewayLog {
  const path = gatewayLogPath(stateDir);
  const fd = openSync(path, 'a+', 0o600);
  fchmodSync(fd, 0o600);
  const opened = fstatSync(fd).size;
  return {
    path,
    fd,
    tail() {
      const end = fstatSync(fd).size;
      const start = Math.max(opened, end - TAIL_BYTES);
      const bytes = Buffer.alloc(Math.max(0, end - start));
      readSync(fd, bytes, 0, bytes.length, start);
      const lines = stripVTControlCharacters(bytes.toString()).trimEnd().split('\n');
      return lines.slice(-TAIL_LINES).join('\n');
    },
    close: () => closeSync(fd),
  };
}
