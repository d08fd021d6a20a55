import { expect, test } from 'bun:test';
import { CLAUDER } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { createStage, type Stage } from './stage.ts';

/** An interactive shell on a terminal of its own. */
function openShell(stage: Stage, act: string) {
  let screen = '';
  const decoder = new TextDecoder();
  const shell = Bun.spawn(['bash', '--norc', '--noprofile', '-i'], {
    cwd: stage.sandbox.project,
    env: { ...stage.environment(act), PS1: '$ ', TERM: 'xterm', HISTFILE: '' },
    terminal: {
      cols: 200,
      rows: 50,
      data: (_, bytes) => {
        screen += decoder.decode(bytes, { stream: true });
      },
    },
  });
  const shows = (text: string | RegExp) =>
    until(`${text} on the screen:\n${screen}`, () =>
      typeof text === 'string' ? screen.includes(text) : text.test(screen),
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${screen}`);
    });
  return {
    shows,
    /** Types a line, or keys. */
    type: (text: string) => shell.terminal?.write(text),
    run: (line: string) => shell.terminal?.write(`${line}\n`),
    resize: (cols: number, rows: number) => shell.terminal?.resize(cols, rows),
    screen: () => screen,
    clear: () => {
      screen = '';
    },
    [Symbol.dispose]: () => shell.kill('SIGKILL'),
  };
}

const clauder = CLAUDER.map((part) => `'${part}'`).join(' ');
const CTRL_C = '\u{3}';
const CTRL_Z = '\u{1A}';

test('^C ends Claude Code in its own way, and then the launcher', async () => {
  await using stage = await createStage();
  using shell = openShell(
    stage,
    "trap 'echo once; exit 6' INT; echo ready; while :; do sleep 0.02; done",
  );
  shell.run(clauder);
  await shell.shows('ready');
  shell.type(CTRL_C);
  await shell.shows('once');
  shell.run('echo "code=$?"');
  await shell.shows('code=6');
  expect(shell.screen().match(/once/gu)).toHaveLength(1);
});

test('^C that Claude Code takes for itself ends nothing, gateway included', async () => {
  await using stage = await createStage();
  using shell = openShell(
    stage,
    "trap 'echo again' INT; echo ready; sleep 0.4; sleep 0.4; sleep 0.4; exit 4",
  );
  shell.run(clauder);
  await shell.shows('ready');
  const before = stage.record()?.pid;
  shell.type(CTRL_C);
  await shell.shows('again');
  expect(stage.record()?.pid).toBe(before ?? 0);
  shell.run('echo "code=$?"');
  await shell.shows('code=4');
});

test('^Z stops both, fg continues both', async () => {
  await using stage = await createStage();
  using shell = openShell(
    stage,
    'echo ready; while [ ! -e "$STAGE/stop" ]; do sleep 0.02; done; echo finished; exit 8',
  );
  shell.run(clauder);
  await shell.shows('ready');
  shell.type(CTRL_Z);
  await shell.shows(/Stopped/u);
  shell.clear();
  stage.sandbox.write('stop', '');
  shell.run('jobs; fg; echo "code=$?"');
  await shell.shows('finished');
  await shell.shows('code=8');
});

test('a changed window size and raw mode reach Claude Code; the terminal is as before', async () => {
  await using stage = await createStage();
  const act =
    "trap 'echo size; stty size' WINCH; stty -icanon -echo; echo ready; " +
    'while [ ! -e "$STAGE/stop" ]; do sleep 0.02; done; stty icanon echo; exit 0';
  using shell = openShell(stage, act);
  shell.run(clauder);
  await shell.shows('ready');
  shell.resize(111, 33);
  await shell.shows('33 111');
  stage.sandbox.write('stop', '');
  shell.run("stty -a | grep -o ' icanon'; stty -a | grep -o ' echo '; echo done");
  await shell.shows(/ icanon\r?\n echo \r?\ndone/u);
});
