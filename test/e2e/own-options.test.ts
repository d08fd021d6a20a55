import { expect, test } from 'bun:test';
import { CURRENT, OLDER } from '../support/claude-install.ts';
import { CLAUDER, createDesk, routeTo } from '../support/clauder.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { passFirstScreens } from '../support/first-screens.ts';
import { enter, hasTmux, openTerminal } from '../support/tmux.ts';

/** Everything that the user gives to Claude Code is in force beside what we give it. */
test.skipIf(!hasTmux()).each([CURRENT, OLDER])(
  'Claude Code %s with --settings, --agents, --plugin-dir and --model of the user',
  async (claude) => {
    const main = await startFakeUpstream({ wire: 'anthropic-messages' });
    const other = await startFakeUpstream({ wire: 'openai-chat' });
    using desk = await createDesk({
      claude,
      config: {
        modelRoutes: {
          'main-model': routeTo(main, { alias: 'main' }),
          'glm-5': routeTo(other, { alias: 'g5' }),
        },
      },
    });
    const settings = desk.sandbox.write('own.json', '{"env":{"OWN_VARIABLE":"from-settings"}}');
    desk.sandbox.write('plug/.claude-plugin/plugin.json', '{"name":"mine"}');
    desk.sandbox.write('plug/commands/greet.md', '---\ndescription: x\n---\nsay from-plugin\n');
    const agents = { mine: { description: 'mine', prompt: 'I am mine.', model: 'g5' } };
    using terminal = openTerminal(
      [
        ...CLAUDER,
        '--settings',
        settings,
        '--agents',
        JSON.stringify(agents),
        '--plugin-dir',
        `${desk.sandbox.root}/plug`,
        '--model',
        'main',
        '--dangerously-skip-permissions',
      ],
      { cwd: desk.sandbox.project, env: desk.environment(), columns: 120, rows: 60 },
    );
    await passFirstScreens(terminal);
    await enter(terminal, 'run: echo $OWN_VARIABLE');
    await terminal.shows('echo $OWN_VARIABLE => from-settings');
    await enter(terminal, '/mine:greet');
    await terminal.shows(/You said:[\s\S]*say from-plugin/u);
    await enter(terminal, 'agent mine: are you there');
    await terminal.shows(/results were:[\s\S]*are you there/u);
    await enter(terminal, 'agent g5: and you, g5');
    await terminal.shows(/results were:[\s\S]*and you, g5/u);
    const told = other.requests.map(({ json }) => JSON.stringify(json));
    expect(told.some((text) => text.includes('I am mine.'))).toBe(true);
    expect(told.some((text) => text.includes('and you, g5'))).toBe(true);
    expect(main.requests.every(({ model }) => model === 'main-model' || model === '')).toBe(true);
    await enter(terminal, '/exit');
    await terminal.shows('exit=0');
    await main.stop();
    await other.stop();
  },
);
