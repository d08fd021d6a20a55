import {
  closeSync,
  fchmodSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Above this size the log is set aside when a gateway starts, in bytes. */
const MAX_LOG_BYTES = 8_388_608;

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

/** The log's place in the state folder. */
export const gatewayLogPath = (stateDir: string): string => join(stateDir, 'gateway.log');

/** Opens the log to append, readable by this user only. One older log is kept as `gateway.log.1`. */
export function openGatewayLog(stateDir: string): GatewayLog {
  const path = gatewayLogPath(stateDir);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
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
