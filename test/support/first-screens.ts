import { until } from './deadline.ts';
import type { Terminal } from './tmux.ts';

/** What Claude Code asks on its first start in a home and a folder, and the key that goes on. */
const ASKED: readonly (readonly [question: RegExp, key: string])[] = [
  [/Choose the text style/u, 'Enter'],
  [/Press Enter to continue/u, 'Enter'],
  [/❯ No, exit/u, 'Down'],
  [/❯ (?:1\. )?Yes, I trust this folder/u, 'Enter'],
];

/** Claude Code waits for a prompt. */
const READY = /\/effort|for shortcuts/u;

/** A key that came too early is pressed again after this time; one that worked is not. */
const AGAIN_MS = 2_000;

/**
 * Answers the client's own questions of a first start until it waits for a prompt.
 *
 * @throws Error with the screen where something else is asked, such as for a login or a key
 */
export async function passFirstScreens(terminal: Terminal): Promise<void> {
  let answered = '';
  let pressedAt = 0;
  const step = async () => {
    const screen = terminal.screen();
    if (READY.test(screen)) return true;
    const [question, key] = ASKED.find(([pattern]) => pattern.test(screen)) ?? [];
    if (question === undefined || key === undefined) return false;
    if (question.source === answered && performance.now() - pressedAt < AGAIN_MS) return false;
    answered = question.source;
    // The question is drawn a moment before it listens.
    await Bun.sleep(200);
    terminal.press(key);
    pressedAt = performance.now();
    return false;
  };
  await until('the prompt of Claude Code', step, 30_000).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${terminal.screen()}`);
  });
}
