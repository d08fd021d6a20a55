import { copyFileSync, fstatSync, ftruncateSync, statSync } from 'node:fs';

/** Above this size a log is set aside as `….1`, in bytes; so all of it takes twice as much at most. */
const MAX_LOG_BYTES = 8_388_608;

/** What is done to the file by the process that writes to it through this descriptor. */
interface Output {
  readonly fd: number;
  write(text: string): void;
}

/**
 * Writes to an open log file and keeps it small. The file is copied and emptied, not renamed: the
 * launcher opened it, and what Bun itself prints before it crashes goes to the same descriptor.
 *
 * @param path the file that the output is, if it is a file at all; another output is left alone
 */
export function boundedOutput(
  output: Output,
  path: string,
  maxBytes: number = MAX_LOG_BYTES,
): (text: string) => void {
  const write = (text: string): void => output.write(text);
  if (!isSameFile(output.fd, path)) return write;
  return (text) => {
    write(text);
    if (fstatSync(output.fd).size > maxBytes) setAside(output.fd, path);
  };
}

function setAside(fd: number, path: string): void {
  try {
    copyFileSync(path, `${path}.1`);
  } catch {
    // Without room for a copy the old lines go: a full disk must not get fuller.
  }
  ftruncateSync(fd, 0);
}

function isSameFile(fd: number, path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  const open = fstatSync(fd);
  return named !== undefined && open.isFile() && open.ino === named.ino && open.dev === named.dev;
}
