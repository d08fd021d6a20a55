import { expect, test } from 'bun:test';
import { CURRENT, OLDER } from '../support/claude-install.ts';
import { CLAUDER, createDesk, routeTo } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
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
    const settings = desk.sandbox.write(
      'own.json',
      JSON.stringify({
        env: { OWN_VARIABLE: 'from-settings' },
        permissions: { allow: ['Bash(printenv OWN_VARIABLE)'] },
      }),
    );
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
      ],
      { cwd: desk.sandbox.project, env: desk.environment(), columns: 120, rows: 60 },
    );
    await passFirstScreens(terminal);
    await enter(terminal, 'run: printenv OWN_VARIABLE');
    await terminal.shows('printenv OWN_VARIABLE => from-settings');
    await enter(terminal, '/mine:greet');
    await terminal.shows(/You said:[\s\S]*say from-plugin/u);
    const told = (...words: readonly string[]) =>
      until(`${words.join(', ')} at the other provider`, () =>
        other.requests.some(({ json }) =>
          words.every((word) => JSON.stringify(json).includes(word)),
        ),
      );
    await enter(terminal, 'agent mine: are you there');
    await told('I am mine.', 'are you there');
    await terminal.shows(/results were: <Agent/u);
    await enter(terminal, 'agent g5: and you, g5');
    await told('You are a software engineer', 'and you, g5');
    await terminal.shows(/results were: <Agent[\s\S]*results were: <Agent/u);
    expect(main.requests.every(({ model }) => model === 'main-model' || model === '')).toBe(true);
    await enter(terminal, '/exit');
    await terminal.shows('exit=0');
    await main.stop();
    await other.stop();
  },
);
