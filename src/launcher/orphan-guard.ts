/**
 * Waits for a line on its standard input. The end of input instead of a line means that whoever
 * held the other end is gone without a word.
 */
const SCRIPT = 'read -r released || kill -HUP "$1" 2>/dev/null';

/** Ends the guard. */
export interface OrphanGuard {
  /** To be called when the client has ended: its process id may be somebody else's soon. */
  release(): void;
}

/**
 * Makes a client end with its launcher even where that is killed without a chance to say so:
 * otherwise it would be left behind without a gateway, in a terminal that is the shell's again.
 * A shell of a few hundred kilobytes watches, in a session of its own, where no key of the
 * terminal reaches it. Windows has no shell for it; there the client stays until its window closes.
 */
export function guardOrphan(clientPid: number): OrphanGuard {
  if (process.platform === 'win32') return { release: () => undefined };
  try {
    const guard = Bun.spawn(['/bin/sh', '-c', SCRIPT, 'sh', String(clientPid)], {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    guard.unref();
    return {
      release() {
        void guard.stdin.write('released\n');
        void guard.stdin.end();
      },
    };
  } catch {
    // A system without a shell: nothing that would keep Claude Code from running.
    return { release: () => undefined };
  }
}
