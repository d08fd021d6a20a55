import { randomBytes } from 'node:crypto';
import { until } from './deadline.ts';

/** A program on the screen of a terminal that the test types at and looks at. */
export interface Terminal extends Disposable {
  /** Types text, as it is. */
  type(text: string): void;
  /** Presses keys by their tmux names: `Enter`, `Down`, `C-c`. */
  press(...keys: readonly string[]): void;
  /** What is on the screen now, without trailing blanks. */
  screen(): string;
  /** The same with its colours, as SGR sequences. */
  colors(): string;
  /** Waits until the screen shows something; the error has the screen. */
  shows(what: string | RegExp, timeoutMs?: number): Promise<string>;
  resize(columns: number, rows: number): void;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/** Whether this machine has what {@link openTerminal} needs. */
export const hasTmux = (): boolean => Bun.which('tmux') !== null;

/** How soon after typed text Enter is still taken for a pasted newline, in milliseconds. */
const PASTE_MS = 400;

/** A line that stands in the prompt for this long was not sent. */
const STANDS_MS = 3_000;

/**
 * Starts a program in a tmux of its own. When it ends, `exit=CODE` stands on the screen and the
 * terminal stays.
 */
export function openTerminal(command: readonly string[], options: TerminalOptions): Terminal {
  const { cwd, env, columns = 120, rows = 45 } = options;
  const socket = `test-${randomBytes(6).toString('hex')}`;
  const tmux = (...args: readonly string[]) => {
    const done = Bun.spawnSync(['tmux', '-L', socket, '-f', '/dev/null', ...args], {
      cwd,
      env: { ...env, TERM: 'xterm-256color' },
    });
    if (!done.success) throw new Error(`tmux ${args[0]}: ${done.stderr.toString()}`);
    return done.stdout.toString();
  };
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  const line = `${quoted}; echo exit=$?; exec sleep 600`;
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), line);
  const screen = () => tmux('capture-pane', '-p').replaceAll(/[ \t]+$/gmu, '');
  return {
    type: (text) => void tmux('send-keys', '-l', text),
    press: (...keys) => void tmux('send-keys', ...keys),
    screen,
    colors: () => tmux('capture-pane', '-p', '-e'),
    resize: (width, height) =>
      void tmux('resize-window', '-x', String(width), '-y', String(height)),
    async shows(what, timeoutMs = 20_000) {
      const there = () => {
        const text = screen();
        return (typeof what === 'string' ? text.includes(what) : what.test(text)) ? text : null;
      };
      return until(`${String(what)} on the screen`, there, timeoutMs).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${screen()}`);
      });
    },
    [Symbol.dispose]() {
      tmux('kill-server');
    },
  };
}

/** Types a line and sends it off. A busy client takes an Enter for a pasted line break. */
export async function enter(terminal: Terminal, text: string): Promise<void> {
  const start = text.slice(0, 40);
  terminal.type(text);
  await terminal.shows(start);
  await Bun.sleep(PASTE_MS);
  terminal.press('Enter');
  const stands = () => {
    const prompt = terminal
      .screen()
      .split('\n')
      .findLast((line) => line.includes('❯'));
    return prompt?.includes(start) === true;
  };
  for (let waited = 0; stands(); waited += PASTE_MS) {
    await Bun.sleep(PASTE_MS);
    if (waited >= STANDS_MS) {
      terminal.press('Enter');
      return;
    }
  }
}
