import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** How often a followed log is looked at, in milliseconds. */
const POLL_MS = 200;

const CHUNK_BYTES = 65_536;

/** How far a log has been read. */
export interface LogPlace {
  readonly inode: number;
  /** Behind the last whole line. */
  readonly offset: number;
}

/**
 * Every whole line of a log, the older part before it, and where the next one will stand; `null`:
 * there is no log. Both parts are small: the gateway sees to it.
 */
export function readLog(path: string): { lines: string[]; end: LogPlace | null } {
  const older = existsSync(`${path}.1`) ? readFileSync(`${path}.1`, 'utf8').split('\n') : [];
  if (!existsSync(path)) return { lines: older.filter((line) => line !== ''), end: null };
  const bytes = readFileSync(path);
  const offset = bytes.lastIndexOf('\n') + 1;
  const lines = [...older, ...bytes.toString('utf8', 0, offset).split('\n')];
  return {
    lines: lines.filter((line) => line !== ''),
    end: { inode: statSync(path).ino, offset },
  };
}

/**
 * Whole lines behind a place, and those that are added, until the signal. A log that was emptied
 * or made anew is read from its start; one that isn't there is waited for.
 */
export async function* followLog(
  path: string,
  from: LogPlace | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let place = from;
  let decoder = new StringDecoder('utf8');
  let rest = '';
  while (!signal.aborted) {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now === undefined || now.ino !== place?.inode || now.size < place.offset) {
      place = now === undefined ? null : { inode: now.ino, offset: 0 };
      decoder = new StringDecoder('utf8');
      rest = '';
    }
    const bytes = place === null ? NOTHING : readFrom(path, place.offset);
    if (place === null || bytes.length === 0) {
      await Bun.sleep(POLL_MS);
      continue;
    }
    place = { ...place, offset: place.offset + bytes.length };
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

const NOTHING = Buffer.alloc(0);

function readFrom(path: string, offset: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(0, fstatSync(fd).size - offset)));
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(fd);
  }
}
