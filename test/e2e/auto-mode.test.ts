import { expect, test } from 'bun:test';
import { CLAUDER, createDesk, routeTo } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { passFirstScreens } from '../support/first-screens.ts';
import { enter, hasTmux, openTerminal } from '../support/tmux.ts';

/**
 * Auto mode, in which Claude Code starts, has a Claude model judge what an agent is about to do.
 * Without a login there is none, and nothing may run; so the session's own model has to do it.
 */
test.skipIf(!hasTmux())(
  '/mmodel in a terminal, without any login: nothing is asked, and everything runs',
  async () => {
    const main = await startFakeUpstream({ wire: 'openai-chat' });
    const other = await startFakeUpstream({ wire: 'anthropic-messages' });
    using desk = await createDesk({
      config: {
        modelRoutes: {
          'main-model': routeTo(main, { alias: 'main' }),
          'glm-5': routeTo(other, { alias: 'g5' }),
        },
      },
    });
    using terminal = openTerminal([...CLAUDER, '--model', 'main'], {
      cwd: desk.sandbox.project,
      env: desk.environment(),
      columns: 120,
      rows: 50,
    });
    await passFirstScreens(terminal);
    await enter(terminal, '/cc-route:mmodel g5:"say good morning" main:"say good night"');
    const screen = await terminal.shows(/results were:[\s\S]*good morning[\s\S]*good night/u);
    expect(screen).not.toMatch(/eligible|temporarily unavailable|Do you want/u);
    const said = (upstream: typeof main, what: string) =>
      upstream.requests.some(({ json }) => JSON.stringify(json).includes(what));
    expect(said(other, 'say good morning')).toBe(true);
    expect(said(main, '<transcript>')).toBe(true);
    await enter(terminal, '/exit');
    await terminal.shows('exit=0');
    await until('the gateway to end', async () => {
      const { code } = await desk.clauder(['--proxy-status']);
      return code === 3;
    });
    await main.stop();
    await other.stop();
  },
);
