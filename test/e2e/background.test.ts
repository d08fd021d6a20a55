import { describe, expect, test } from 'bun:test';
import { CURRENT } from '../support/claude-install.ts';
import { CLAUDER, createDesk, routeTo } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { passFirstScreens } from '../support/first-screens.ts';
import { enter, hasTmux, openTerminal } from '../support/tmux.ts';

describe.skipIf(!hasTmux())('the real client in a session on a model of the user', () => {
  test('its small requests go to scenarios.background, and the status line tells the rest', async () => {
    await using big = await startFakeUpstream({ wire: 'anthropic-messages' });
    await using small = await startFakeUpstream({ wire: 'openai-chat' });
    using desk = await createDesk({
      claude: CURRENT,
      config: {
        modelRoutes: {
          big: routeTo(big, {
            alias: 'b',
            contextWindow: 64_000,
            pricing: { input: 1_000, output: 1_000 },
          }),
          small: routeTo(small),
        },
        scenarios: { background: 'small' },
      },
    });
    const statusline = [...CLAUDER, 'route', 'statusline'].map((part) => `'${part}'`).join(' ');
    desk.sandbox.write(
      'home/.claude/settings.json',
      JSON.stringify({ statusLine: { type: 'command', command: statusline } }),
    );
    using terminal = openTerminal([...CLAUDER, '--model', 'b'], {
      cwd: desk.sandbox.project,
      env: desk.environment(),
      columns: 160,
      rows: 40,
    });
    await passFirstScreens(terminal);
    await enter(terminal, 'please say hello');
    await until('a turn at the big model', () => big.requests.some(({ stream }) => stream));
    await until('the title at the small one', () => small.requests.length > 0);
    expect(big.requests.every(({ model }) => model === 'big')).toBeTrue();
    expect(small.requests.every(({ model }) => model === 'small')).toBeTrue();
    await terminal.shows(
      /b → 127\.0\.0\.1:\d+ · \d+k? of 64k \(\d+%\) · \$\d+\.\d\d\+? · today \$/u,
    );
  });
});
