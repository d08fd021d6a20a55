import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { LaunchError } from './launch-error.ts';
import { guardOrphan } from './orphan-guard.ts';

/** How a child ended. */
export type Ending =
  | { readonly code: number; readonly signal: null }
  | { readonly code: null; readonly signal: NodeJS.Signals | number };

/** Sent to the launcher alone, as by `kill`: handed on. */
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** Raised again on ourselves these would write a second core dump, or start a crash report. */
const CRASHES: ReadonlySet<string | number> = new Set([
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGABRT',
]);

/**
 * Runs Claude Code in our place: same terminal, same folder, same process group. Keys like ^C, ^Z
 * and a changed window size reach it from the terminal itself.
 *
 * @throws LaunchError where it can't be started
 */
export async function runClaude(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ending> {
  let child: Bun.Subprocess;
  try {
    child = Bun.spawn([path, ...args], { env, stdio: ['inherit', 'inherit', 'inherit'] });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LaunchError(`clauder: ${path} could not be started: ${reason}`, 126);
  }
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {
    if (!terminalInterruptsUs()) child.kill('SIGINT');
  });
  const guard = guardOrphan(child.pid);
  const code = await child.exited;
  guard.release();
  const { signalCode } = child;
  return signalCode === null ? { code, signal: null } : { code: null, signal: signalCode };
}

/** Ends this process the way its child ended, so that a shell sees the same. */
export function endLike(ending: Ending): never {
  if (ending.signal === null) process.exit(ending.code);
  const { signal } = ending;
  if (!CRASHES.has(signal)) {
    process.removeAllListeners(signal as NodeJS.Signals);
    process.kill(process.pid, signal);
  }
  process.exit(128 + (typeof signal === 'number' ? signal : constants.signals[signal]));
}

/**
 * Whether ^C at the terminal reaches our child by itself: we are the group in the terminal's
 * foreground. A SIGINT is taken for that key then, else for somebody's `kill`.
 */
function terminalInterruptsUs(): boolean {
  try {
    // Behind the program's name in parentheses: state, parent, group, session, terminal, and the
    // terminal's foreground group (proc(5)).
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /su, '')
      .split(' ');
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  }
}
