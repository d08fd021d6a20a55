import { readFileSync } from 'node:fs';

/** Clock ticks per second in `/proc/<pid>/stat`: 100 on every Linux that Bun runs on. */
const TICKS_PER_S = 100;

/** A process and all its children, theirs too. */
export function processTree(pid: number): number[] {
  const pids = [pid];
  for (const parent of pids) pids.push(...childrenOf(parent));
  return pids;
}

/** CPU time of a process and its children so far, in microseconds; NaN where `/proc` is missing. */
export function cpuMicros(pid: number): number {
  return sum(pid, (each) => {
    const stat = read(`/proc/${each}/stat`);
    // The name in parentheses may hold anything; utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_S) * 1e6;
  });
}

/** Resident memory of a process and its children in MB; NaN where `/proc` is missing. */
export function residentMB(pid: number): number {
  return sum(
    pid,
    (each) => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${each}/status`))?.[1]) / 1024,
  );
}

function sum(pid: number, measure: (pid: number) => number): number {
  let total = 0;
  for (const each of processTree(pid)) {
    try {
      total += measure(each);
    } catch {
      // A child may end while it is looked at; without the process itself there is no figure.
      if (each === pid) return Number.NaN;
    }
  }
  return total;
}

function childrenOf(pid: number): number[] {
  try {
    return read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}
