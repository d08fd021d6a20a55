import { closeSync, openSync, readFileSync } from 'node:fs';

/**
 * What SIGHUP asks of a gateway. A service manager and `kill -HUP` mean "read the configuration
 * again". A terminal that is closed sends the same signal to what was started on it, and that
 * shall end. The difference: at a hangup the terminal is gone, and can't be opened any more
 * (`tty(4)`).
 *
 * To be called before a handler for SIGHUP is set.
 * @returns tells, when the signal comes, what it means
 */
export function hangupMeaning(): () => 'reload' | 'stop' {
  if (process.platform === 'win32') return () => 'stop';
  const onTerminal = hasTerminal() && !isIgnored();
  return () => (onTerminal && !hasTerminal() ? 'stop' : 'reload');
}

/** Whether this process has a controlling terminal. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Whether the program was started by `nohup` or its like, to outlive its terminal. */
function isIgnored(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return (Number.parseInt(mask?.slice(-1) ?? '0', 16) & 1) === 1;
  } catch {
    return false;
  }
}
