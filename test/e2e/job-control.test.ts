import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { CLAUDER, createDesk, routeTo, type Desk } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { passFirstScreens } from '../support/first-screens.ts';
import { enter, hasTmux, openTerminal, type Terminal } from '../support/tmux.ts';

/**
 * The real client under a shell: whatever is done to it from the keyboard or by a signal, `clauder`
 * and plain `claude` come to the same.
 */
const CLAUDER_LINE = CLAUDER.join(' ');

describe.skipIf(!hasTmux() || process.platform !== 'linux')('in a terminal', () => {
  let upstream: FakeUpstream;
  let desk: Desk;

  beforeAll(async () => {
    upstream = await startFakeUpstream({ wire: 'anthropic-messages' });
    desk = await createDesk({ config: { modelRoutes: { mine: routeTo(upstream, {}) } } });
  });

  afterAll(async () => {
    desk[Symbol.dispose]();
    await upstream.stop();
  });

  /** A shell in which the program runs, at its prompt. */
  const start = async (program: string, afterwards = ''): Promise<Terminal> => {
    const isPlain = program === 'claude';
    const terminal = openTerminal(['bash', '--norc', '--noprofile', '-i'], {
      cwd: desk.sandbox.project,
      env: desk.environment(
        isPlain ? { ANTHROPIC_BASE_URL: upstream.baseURL, ANTHROPIC_AUTH_TOKEN: 'any' } : {},
      ),
      columns: 110,
      rows: 40,
    });
    try {
      await terminal.shows('bash-');
      terminal.type("PS1='READY> '; stty -a | sed 1d > before; clear");
      terminal.press('Enter');
      await terminal.shows(/^READY>$/mu);
      terminal.type(`${program} --model mine${afterwards}`);
      terminal.press('Enter');
      await passFirstScreens(terminal);
      await terminal.shows('for agents');
    } catch (error) {
      terminal[Symbol.dispose]();
      throw error;
    }
    return terminal;
  };

  /** Tells the exit code of what ran before, and the state of the terminal. */
  const REPORT =
    'CODE=$?; clear; echo "ANSWER"=$CODE; stty -a | sed 1d | diff - before && echo as before; echo "END"=';
  const answer = async (terminal: Terminal): Promise<string> => {
    const screen = await terminal.shows(/ANSWER=[\s\S]*END=/u);
    const told = /ANSWER=[\s\S]*END=/u.exec(screen)?.[0] ?? '';
    // Answers of the terminal to a client that is gone are echoed wherever the cursor is.
    return told.replaceAll(/\^\[\[[?>]?[\d;]*[a-z]/giu, '').replaceAll(/\s+/gu, ' ');
  };
  const report = (terminal: Terminal): Promise<string> => {
    terminal.type(REPORT);
    terminal.press('Enter');
    return answer(terminal);
  };

  /** The processes whose command line has a word. */
  const processes = (word: string): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/u.test(name))
      .filter((pid) => {
        try {
          return (
            readFileSync(`/proc/${pid}/environ`, 'utf8').includes(desk.sandbox.home) &&
            readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)
          );
        } catch {
          return false;
        }
      })
      .map(Number);

  const both = ['claude', CLAUDER_LINE].map((program) => [
    program === 'claude' ? 'claude' : 'clauder',
    program,
  ]);

  test.each(both)('%s: ^Z, fg, a changed size, ^C', async (_, program) => {
    using terminal = await start(program ?? '');
    terminal.press('C-z');
    await terminal.shows('Stopped');
    expect(await report(terminal)).toBe('ANSWER=148 as before END=');
    terminal.type('clear; fg');
    terminal.press('Enter');
    await terminal.shows(/auto mode|\/effort/u);
    terminal.resize(70, 24);
    await until('the frame to have the new width', () =>
      terminal
        .screen()
        .split('\n')
        .some((line) => /^─{70}$/u.test(line)),
    );
    await enter(terminal, 'good evening');
    await terminal.shows('You said: good evening');
    terminal.press('C-c');
    await terminal.shows('Press Ctrl-C again to exit');
    terminal.press('C-c');
    await terminal.shows(/READY>\s*$/u);
    expect(await report(terminal)).toBe('ANSWER=0 as before END=');
  });

  test.each(both)('%s: /exit', async (_, program) => {
    using terminal = await start(program ?? '');
    await enter(terminal, '/exit');
    await terminal.shows(/READY>\s*$/u);
    expect(await report(terminal)).toBe('ANSWER=0 as before END=');
  });

  test('the client is killed: the same for both', async () => {
    const outcomes: string[] = [];
    for (const program of ['claude', CLAUDER_LINE]) {
      // Nothing can be typed any more: the client has left the terminal as it liked it.
      using terminal = await start(program, `; ${REPORT}`);
      const client = processes('--model').find((pid) =>
        readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('claude'),
      );
      process.kill(client ?? 0, 'SIGKILL');
      outcomes.push(await answer(terminal));
    }
    expect(outcomes[0]).toStartWith('ANSWER=137 ');
    expect(outcomes[1]).toBe(outcomes[0] ?? '');
  });

  test('the launcher is killed: the client ends too, and the gateway after it', async () => {
    using terminal = await start(CLAUDER_LINE);
    const launcher = processes('--model').filter(
      (pid) => !readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('claude\n'),
    );
    for (const pid of launcher) process.kill(pid, 'SIGKILL');
    await terminal.shows('Killed');
    await until('the client to end', () => processes('--model').length === 0, 15_000);
    await until('the gateway to end', () => processes('--proxy-only').length === 0);
  });

  test('the gateway is killed: the session goes on with the next one', async () => {
    using terminal = await start(CLAUDER_LINE);
    const [before] = processes('--proxy-only');
    process.kill(before ?? 0, 'SIGKILL');
    await until('another gateway', () => {
      const [now] = processes('--proxy-only');
      return now !== undefined && now !== before;
    });
    await enter(terminal, 'good night');
    await terminal.shows('You said: good night');
    await enter(terminal, '/exit');
    await terminal.shows(/READY>\s*$/u);
  });
});
