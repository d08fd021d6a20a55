import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 24;

/** Random bytes are drawn for many ids at once: a system call for each costs more than the id. */
const pool = Buffer.alloc(LENGTH * 128);
let used = pool.length;

/** A random id in Anthropic's shape, such as `req_` and 24 letters and digits (142 bits). */
export function randomId(prefix: string): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let id = prefix;
  for (const end = used + LENGTH; used < end; used += 1) {
    id += ALPHABET[(pool[used] ?? 0) % ALPHABET.length];
  }
  return id;
}
