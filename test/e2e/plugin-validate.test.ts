import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { CURRENT, OLDER } from '../support/claude-install.ts';
import { CLAUDER, createDesk, routeTo } from '../support/clauder.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';

const plugin = join(import.meta.dir, '../../plugin');

test.each([CURRENT, OLDER])('Claude Code %s finds nothing wrong with plugin/', async (claude) => {
  using desk = await createDesk({ claude, config: null });
  const { code, stdout, stderr } = await desk.run(['claude', 'plugin', 'validate', plugin]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/✔ Validation passed$/mu);
});

test('plugin/ of a clone works in a session of clauder, beside the one that it brings', async () => {
  const main = await startFakeUpstream({ wire: 'anthropic-messages' });
  using desk = await createDesk({ config: { modelRoutes: { m: routeTo(main, {}) } } });
  // The clone's hook asks for `cc-route` on the PATH.
  const path = desk.sandbox.write(
    'bin/cc-route',
    `#!/bin/sh\nexec ${CLAUDER.join(' ')} route "$@"\n`,
  );
  await desk.run(['chmod', '+x', path]);
  const ended = await desk.clauder([
    '--plugin-dir',
    plugin,
    '-p',
    '/cc-route:mmodel m:hello',
    '--model',
    'm',
    '--dangerously-skip-permissions',
  ]);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain('You said: hello');
  await main.stop();
});
