import { expect, test } from 'bun:test';
import { CURRENT } from '../support/claude-install.ts';
import { CLAUDER, createDesk } from '../support/clauder.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';

test('doctor tells how the plugin stands, with the real client', async () => {
  const config = (alias: string) => ({ modelRoutes: { 'glm-5': { alias, preset: 'ollama' } } });
  using desk = await createDesk({ claude: CURRENT, config: config('g5') });
  const route = (...args: readonly string[]) => desk.run([...CLAUDER, 'route', ...args]);
  const found = async () => {
    const { findings } = JSON.parse((await route('doctor', '--json')).stdout) as {
      findings: readonly Finding[];
    };
    return findings
      .filter(({ id }) => id.startsWith('claude.plugin'))
      .map(({ level, id }) => `${level} ${id}`);
  };
  expect(await found()).toEqual([]);
  expect((await route('plugin', 'install')).code).toBe(0);
  expect(await found()).toEqual(['ok claude.plugin']);

  desk.sandbox.write('home/.claude/settings.cc-route.json', JSON.stringify(config('other')));
  expect(await found()).toEqual(['warning claude.plugin-old']);
  expect((await route('plugin', 'install')).code).toBe(0);
  await desk.run(['claude', 'plugin', 'disable', 'cc-route@cc-route']);
  expect(await found()).toEqual(['warning claude.plugin-off']);
  await desk.run(['claude', 'plugin', 'uninstall', 'cc-route@cc-route']);
  expect(await found()).toEqual(['warning claude.plugin-gone']);
});
