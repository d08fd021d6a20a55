import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';

/** The state of a listening socket in `/proc/net/tcp` (`include/net/tcp_states.h`). */
const LISTEN = '0A';

/** Whether anybody accepts connections there. */
export function isListening(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  const end = (answer: boolean): void => {
    socket.destroy();
    resolve(answer);
  };
  socket.setTimeout(1_000, () => end(false));
  socket.once('connect', () => end(true));
  socket.once('error', () => end(false));
  return promise;
}

/**
 * The program that listens on a port, as `node (pid 123)`.
 *
 * @returns `null` where the system doesn't tell: beyond Linux, or for another user's program
 */
export function portOwner(port: number): string | null {
  try {
    const inodes = listeningInodes(port);
    if (inodes.size === 0) return null;
    const pid = readdirSync('/proc').find((name) => /^\d+$/u.test(name) && holds(name, inodes));
    if (pid === undefined) return null;
    return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
  } catch {
    return null;
  }
}

function listeningInodes(port: number): ReadonlySet<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/u)),
  );
  const listening = rows.filter((row) => row[1]?.endsWith(suffix) === true && row[3] === LISTEN);
  return new Set(listening.map((row) => `socket:[${row[9]}]`));
}

function holds(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => inodes.has(readlinkSync(`${folder}/${fd}`)));
  } catch {
    // Another user's process, or one that has just ended.
    return false;
  }
}
