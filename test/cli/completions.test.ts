import { describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUDER } from '../support/clauder.ts';
import { run } from '../support/run.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';
import { createStage, type Stage } from '../launcher/stage.ts';

/** Aliases that a careless script would run, take apart or choke on. */
const NASTY = ['$(touch x)', '`touch y`', 'a;touch z', 'q"uo\'te', '-n', '*', 'big model:1'];
const config = JSON.stringify({
  modelRoutes: {
    'deepseek-v4-flash': { alias: ['d4f', 'flash'], preset: 'deepseek' },
    nasty: { alias: NASTY, preset: 'groq' },
  },
});

const word = CLAUDER.map((part) => `'${part}'`).join(' ');

/** A machine with `clauder` and `cc-route` on PATH. */
async function createShellStage(): Promise<Stage> {
  const stage = await createStage({ config });
  for (const [name, more] of [
    ['clauder', ''],
    ['cc-route', ' route'],
  ] as const) {
    const path = stage.sandbox.write(`bin/${name}`, `#!/bin/sh\nexec ${word}${more} "$@"\n`);
    chmodSync(path, 0o755);
  }
  return stage;
}

/** Nothing that an alias says was done. */
const touched = (stage: Stage) =>
  readdirSync(stage.sandbox.project)
    .concat(readdirSync(stage.sandbox.home))
    .filter((name) => ['x', 'y', 'z'].includes(name));

const CASES = [
  ['clauder --pro', ['--proxy-only', '--proxy-status', '--proxy-stop']],
  ['clauder rou', ['route']],
  ['clauder -p hi --pro', []],
  ['clauder --mod', ['--model']],
  ['clauder --model d', ['d4f', 'deepseek-v4-flash']],
  ['clauder --model fl', ['flash']],
  ['clauder --permission-mode ac', ['acceptEdits']],
  ['clauder route conf', ['config']],
  ['cc-route conf', ['config']],
  ['cc-route config ', ['check', 'path', 'schema']],
  ['cc-route explain fl', ['flash']],
  ['cc-route explain --j', ['--json']],
  ['cc-route init --provider deep', ['deepseek']],
  ['cc-route completions z', ['zsh']],
  ['cc-route launch --model d4', ['d4f']],
] as const;

describe('bash', () => {
  const complete = async (stage: Stage, line: string) => {
    const script = `
      eval "$(cc-route completions bash)"
      COMP_LINE=$1 COMP_POINT=\${#1}
      read -ra COMP_WORDS <<<"$(sed 's/\\([=:]\\)/ \\1 /g' <<<"$1")"
      [[ $1 == *[\\ =:] ]] && COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _clauder clauder
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ended = await run(['bash', '--norc', '-c', script, 'bash', line], {
      cwd: stage.sandbox.project,
      env: stage.environment(),
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    return ended.stdout.split('\n').filter((one) => one !== '');
  };

  test.each(CASES)('%p offers %p', async (line, expected) => {
    await using stage = await createShellStage();
    expect((await complete(stage, line)).sort()).toEqual([...expected].sort());
  });

  test('names are inert, and quoted for the command line', async () => {
    await using stage = await createShellStage();
    const all = await complete(stage, 'clauder --model ');
    expect(all).toContain('\\$\\(touch\\ x\\)');
    expect(all).toContain('a\\;touch\\ z');
    expect(await complete(stage, 'clauder --model $(to')).toEqual(['\\$\\(touch\\ x\\)']);
    expect(await complete(stage, 'clauder --model=d4')).toEqual(['d4f']);
    expect(touched(stage)).toEqual([]);
  });
});

describe.skipIf(Bun.which('fish') === null)('fish', () => {
  const complete = async (stage: Stage, line: string) => {
    const script = 'cc-route completions fish | source; complete -C "$argv[1]"';
    const ended = await run(['fish', '--no-config', '-c', script, line], {
      cwd: stage.sandbox.project,
      env: stage.environment(),
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    return ended.stdout
      .split('\n')
      .map((one) => one.split('\t')[0] ?? '')
      .filter((one) => one !== '');
  };

  test.each(CASES)('%p offers %p', async (line, expected) => {
    await using stage = await createShellStage();
    expect((await complete(stage, line)).sort()).toEqual([...expected].sort());
  });

  test('names are inert', async () => {
    await using stage = await createShellStage();
    expect(await complete(stage, 'clauder --model ')).toEqual(expect.arrayContaining(NASTY));
    expect(touched(stage)).toEqual([]);
  });
});

/** Types a line and Tab at a prompt, and reads what became of the line. */
async function typed(terminal: Terminal, line: string, expected: string): Promise<void> {
  terminal.clear();
  terminal.type(`${line}\t`);
  await terminal.shows(expected);
  // Clears the line for the next one.
  terminal.type('\u{15}');
}

describe('in an interactive shell, set up by clauder --install-completions', () => {
  const START: Readonly<Record<string, readonly string[]>> = {
    bash: ['bash', '-i'],
    zsh: ['zsh', '-i'],
    fish: ['fish', '-i'],
  };

  const there = (['bash', 'zsh', 'fish'] as const).filter((shell) => Bun.which(shell) !== null);

  test.each(there)('%s', async (shell) => {
    await using stage = await createShellStage();
    const env = { ...stage.environment(), SHELL: `/usr/bin/${shell}`, PS1: '> ' };
    const installed = await run([...CLAUDER, '--install-completions'], {
      cwd: stage.sandbox.project,
      env,
    });
    expect(installed).toMatchObject({ code: 0, stderr: '' });
    // What zsh asks in a home without its files is not ours to answer.
    if (shell === 'zsh') stage.sandbox.write('home/.zshenv', 'zsh-newuser-install() { :; }\n');
    using terminal = openTerminal(START[shell] ?? [], { cwd: stage.sandbox.project, env });
    terminal.type('echo rea""dy\r');
    await terminal.shows('ready');
    await typed(terminal, 'clauder --model d4', 'clauder --model d4f');
    await typed(terminal, 'cc-route expl', 'cc-route explain');
    await typed(terminal, 'clauder --model \\$', '\\$\\(touch\\ x\\)');
    expect(touched(stage)).toEqual([]);
  });
});

describe('clauder --install-completions', () => {
  const install = (stage: Stage, args: readonly string[], env = {}) =>
    stage.clauder(args, undefined, { env: { SHELL: '/bin/bash', ...env } });
  const rcOf = (stage: Stage) => join(stage.sandbox.home, '.bashrc');

  test('adds one line, once, and takes it back', async () => {
    await using stage = await createStage();
    const before = '# mine\nalias ll="ls -l"';
    stage.sandbox.write('home/.bashrc', before);
    expect((await install(stage, ['--install-completions'])).code).toBe(0);
    const after = readFileSync(rcOf(stage), 'utf8');
    expect(after).toStartWith(`${before}\n`);
    expect(after.split('\n').filter((line) => line.includes('clauder'))).toHaveLength(1);
    expect((await install(stage, ['--install-completions', 'bash'])).code).toBe(0);
    expect(readFileSync(rcOf(stage), 'utf8')).toBe(after);
    const taken = await install(stage, ['--uninstall-completions']);
    expect(taken.stdout).toBe('taken out of ~/.bashrc\n');
    expect(readFileSync(rcOf(stage), 'utf8')).toBe(`${before}\n`);
    expect((await install(stage, ['--uninstall-completions'])).stdout).toBe(
      'no completions were installed\n',
    );
  });

  test("fish's files are made and removed whole; ZDOTDIR and XDG_CONFIG_HOME count", async () => {
    await using stage = await createStage();
    const fish = join(stage.sandbox.home, '.config/fish/completions/clauder.fish');
    expect((await install(stage, ['--install-completions', 'fish'])).code).toBe(0);
    expect(existsSync(fish)).toBeTrue();
    expect((await install(stage, ['--uninstall-completions', 'fish'])).code).toBe(0);
    expect(existsSync(fish)).toBeFalse();
    const env = { ZDOTDIR: stage.sandbox.project };
    expect((await install(stage, ['--install-completions', 'zsh'], env)).code).toBe(0);
    expect(existsSync(join(stage.sandbox.project, '.zshrc'))).toBeTrue();
  });

  test('another shell is told', async () => {
    await using stage = await createStage();
    const ended = await install(stage, ['--install-completions'], { SHELL: '/bin/tcsh' });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('there is none for tcsh. Name one: bash, zsh, fish');
    const many = await install(stage, ['--install-completions', 'bash', 'zsh']);
    expect(many.code).toBe(2);
  });
});

test('names are found without the schema, and quickly', async () => {
  await using stage = await createStage({
    config: '{ "modelRoutes": { "a": { "alias": "b\\nc" }, "d": 3, ',
  });
  const ended = await stage.clauder(['route', 'completions', '--names']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toBe('a\t\nd\t\necho\tanswers offline\n');
});
