/** `bun run picture`: the terminal picture of README.md, made from a session of the real client. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUDER, createDesk } from '../test/support/clauder.ts';
import { until } from '../test/support/deadline.ts';
import { passFirstScreens } from '../test/support/first-screens.ts';
import { enter, openTerminal } from '../test/support/tmux.ts';
import { readScreen } from './picture/cells.ts';
import { drawTerminal } from './picture/svg.ts';

const PICTURE = join(import.meta.dir, '../.github/model-picker.svg');

const CONFIG = {
  modelRoutes: {
    'MiniMax-M2.5': { alias: 'mm25', preset: 'minimax' },
    'glm-5': { alias: 'g5', preset: 'zai' },
    'deepseek-v4-flash': { alias: 'd4f', preset: 'deepseek', description: 'tests, small fixes' },
    'gpt-4o': { alias: 'gpt4', preset: 'openrouter', model: 'openai/gpt-4o' },
    'qwen3-coder': { alias: 'local', preset: 'ollama', description: 'on the GPU downstairs' },
  },
};

/** Nothing is asked of any provider while the picture is made. */
const KEYS = ['MINIMAX_API_KEY', 'ZAI_API_KEY', 'DEEPSEEK_API_KEY', 'OPENROUTER_API_KEY'];

const COLUMNS = 98;

using desk = await createDesk({ config: CONFIG });
const cwd = join(desk.sandbox.home, 'app');
mkdirSync(cwd);
const env = desk.environment({
  ...Object.fromEntries(KEYS.map((name) => [name, 'none'])),
  // As for somebody who has a login: otherwise a route stands in for one of Claude's models.
  ANTHROPIC_AUTH_TOKEN: 'none',
  COLORTERM: 'truecolor',
});

/** A first session answers what Claude Code asks only once. */
async function settleIn(): Promise<void> {
  using terminal = openTerminal(CLAUDER, { cwd, env });
  await passFirstScreens(terminal);
  await enter(terminal, '/exit');
  await terminal.shows('exit=0');
}

async function photograph(): Promise<string> {
  using terminal = openTerminal(CLAUDER, { cwd, env, columns: COLUMNS, rows: 40 });
  await passFirstScreens(terminal);
  await enter(terminal, '/model');
  await terminal.shows('Select model');
  const cursor = (): string => /❯ +\d+\. [^\n]*/u.exec(terminal.screen())?.[0] ?? '';
  while (!cursor().includes('(g5)')) {
    const before = cursor();
    terminal.press('Down');
    await until('the cursor to move', () => cursor() !== before);
  }
  const screen = terminal.colors();
  if (screen.includes(desk.sandbox.root))
    throw new Error('the picture names a folder of this machine');
  return screen.trimEnd();
}

await settleIn();
const svg = drawTerminal({
  title: 'clauder',
  description: "Claude Code's /model lists the models of five providers beside its own",
  columns: COLUMNS,
  lines: readScreen(await photograph()),
});
await Bun.write(PICTURE, svg);
console.log(PICTURE);
