import { until } from './deadline.ts';

/** A program on a terminal of its own, and somebody who types and reads there. */
export interface Terminal extends Disposable {
  /** Waits until the text is on the screen, from what came since the last {@link clear}. */
  shows(text: string): Promise<void>;
  /** Types text or keys, as they are. */
  type(keys: string): void;
  /** Everything that was written so far, control sequences taken out. */
  screen(): string;
  /** Forgets what was shown. */
  clear(): void;
  readonly exited: Promise<number>;
}

export const KEYS = { enter: '\r', up: '\u{1B}[A', down: '\u{1B}[B', ctrlC: '\u{3}' } as const;

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a program on a terminal; it is killed at the end of the scope. */
export function openTerminal(command: readonly string[], options: TerminalOptions): Terminal {
  let raw = '';
  const decoder = new TextDecoder();
  const child = Bun.spawn([...command], {
    cwd: options.cwd,
    env: { ...options.env, TERM: 'xterm-256color' },
    terminal: {
      cols: 120,
      rows: 40,
      data: (_, bytes) => {
        raw += decoder.decode(bytes, { stream: true });
      },
    },
  });
  const screen = () => Bun.stripANSI(raw);
  return {
    screen,
    shows: (text) =>
      until(`${JSON.stringify(text)} on the screen`, () => screen().includes(text)).then(
        () => undefined,
        (error: unknown) => {
          throw new Error(`${String(error)}\n${screen()}`);
        },
      ),
    type: (keys) => {
      child.terminal?.write(keys);
    },
    clear: () => {
      raw = '';
    },
    exited: child.exited,
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  };
}
