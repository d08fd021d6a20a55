import { randomFillSync } from 'node:crypto';

const ALPHABET = Buffer.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const LENGTH = 24;

/** Letters are drawn for many ids at once: a system call for each costs more than the id. */
const pool = Buffer.alloc(LENGTH * 128);
let used = pool.length;

/** A random id in Anthropic's shape, such as `req_` and 24 letters and digits (142 bits). */
export function randomId(prefix: string): string {
  if (used === pool.length) fillPool();
  const start = used;
  used += LENGTH;
  return prefix + pool.toString('latin1', start, used);
}

function fillPool(): void {
  randomFillSync(pool);
  for (let index = 0; index < pool.length; index += 1) {
    pool[index] = ALPHABET[(pool[index] ?? 0) % ALPHABET.length] ?? 0;
  }
  used = 0;
}
