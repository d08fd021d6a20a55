import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CURRENT, OLDER } from '../support/claude-install.ts';
import { CLAUDER, createDesk, routeTo, type Desk } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { readTree } from '../support/tree.ts';

/** `cc-route plugin` with the real client, and the plugin in a `claude` that nobody launched. */
describe.each([CURRENT, OLDER])('Claude Code %s', (claude) => {
  let main: FakeUpstream;
  let other: FakeUpstream;
  let desk: Desk;
  let home: string;
  /** What the user had before. */
  const SETTINGS = '{ "theme":"dark",\n     "permissions": {"allow": []} }\n';

  beforeAll(async () => {
    main = await startFakeUpstream({ wire: 'anthropic-messages' });
    other = await startFakeUpstream({ wire: 'openai-chat' });
    desk = await createDesk({
      claude,
      config: {
        modelRoutes: {
          'main-model': routeTo(main, { agent: false }),
          'glm-5': routeTo(other, { alias: 'g5' }),
        },
      },
    });
    home = join(desk.sandbox.home, '.claude');
    desk.sandbox.write('home/.claude/settings.json', SETTINGS);
    // What the client writes on any start is not ours to judge.
    await desk.run(['claude', 'plugin', 'list']);
    expect((await route('start')).code).toBe(0);
  });

  afterAll(async () => {
    await route('stop');
    desk[Symbol.dispose]();
    await main.stop();
    await other.stop();
  });

  const route = (...args: readonly string[]) => desk.run([...CLAUDER, 'route', ...args]);
  const plain = async (prompt: string, env: Readonly<Record<string, string>> = {}) => {
    const address = (JSON.parse((await route('status', '--json')).stdout) as { address: string })
      .address;
    return desk.run(
      ['claude', '-p', prompt, '--model', 'main-model', '--dangerously-skip-permissions'],
      { env: { ANTHROPIC_BASE_URL: address, ANTHROPIC_AUTH_TOKEN: 'any', ...env } },
    );
  };
  /** The user's files, without what the client keeps for itself. */
  const tree = () =>
    new Map(
      [...readTree(home)].filter(
        ([file]) =>
          !/^(?:projects|sessions|telemetry|backups|statsig|shell-snapshots|todos|plugins\/store|.*cache.*\.json)/u.test(
            file,
          ),
      ),
    );

  test('before: no /mmodel, and status says how to get it', async () => {
    const { code, stdout } = await route('plugin', 'status');
    expect([code, stdout]).toEqual([1, 'not installed\nInstall it: cc-route plugin install\n']);
    await plain('/mmodel g5:hello');
    expect(other.requests.length).toBe(0);
  });

  test('installed: bare /mmodel and the long name give the work to the model', async () => {
    const before = tree();
    const installed = await route('plugin', 'install');
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
    expect(installed.stdout).toContain('on, and up to date');
    expect(JSON.parse((await route('plugin', 'status', '--json')).stdout)).toMatchObject({
      installed: true,
      enabled: true,
      current: true,
      bareCommand: 'ours',
    });
    for (const name of ['/mmodel', '/cc-route:mmodel']) {
      other.requests.length = 0;
      const { code, stdout } = await plain(`${name} g5:"say hello" --readonly`);
      expect([code, stdout]).toEqual([0, expect.stringContaining('You said: say hello')]);
      expect(other.requests.map(({ model }) => model)).toEqual(['glm-5']);
      expect(JSON.stringify(other.requests[0]?.json['tools'])).not.toContain('"Write"');
    }
    expect((await plain('/mmodel g6:hello')).stdout).toContain('Did you mean g5?');

    const uninstalled = await route('plugin', 'uninstall');
    expect(uninstalled).toMatchObject({ code: 0, stdout: 'uninstalled\n' });
    expect(tree()).toEqual(before);
    expect(readFileSync(join(home, 'settings.json'), 'utf8')).toBe(SETTINGS);
    expect(await route('plugin', 'uninstall')).toMatchObject({
      code: 0,
      stdout: 'not installed\n',
    });
  });

  test('in a session of clauder the plugin of the session takes its place', async () => {
    await route('plugin', 'install');
    other.requests.length = 0;
    main.requests.length = 0;
    const args = ['-p', '/mmodel g5:hello', '--model', 'main-model'];
    const ended = await desk.clauder([...args, '--dangerously-skip-permissions']);
    expect(ended.stdout).toContain('You said: hello');
    expect(other.requests.length).toBe(1);
    const told = main.requests.map(({ json }) => JSON.stringify(json)).join('\n');
    expect(told.match(/Carry it out as follows/gu)?.length).toBe(
      main.requests.filter(({ json }) => ((json['tools'] ?? []) as unknown[]).length > 0).length,
    );
  });

  test('a changed configuration makes it outdated; installing again is enough', async () => {
    const file = join(home, 'settings.cc-route.json');
    const old = readFileSync(file, 'utf8');
    writeFileSync(file, old.replace('"g5"', '"glm"'));
    const outdated = await route('plugin', 'status');
    expect(outdated.code).toBe(1);
    expect(outdated.stdout).toContain('cc-route plugin install');
    expect((await route('plugin', 'install')).code).toBe(0);
    expect((await plain('/mmodel glm:hello')).stdout).toContain('You said: hello');
    writeFileSync(file, old);
    await route('plugin', 'uninstall');
  });

  test('outside of the gateway nothing is sent, and a /mmodel of the user stays theirs', async () => {
    const own = join(home, 'commands/mmodel.md');
    desk.sandbox.write('home/.claude/commands/mmodel.md', 'Repeat: $ARGUMENTS');
    const installed = await route('plugin', 'install');
    expect(installed.stdout).toContain('a command of your own');
    main.requests.length = 0;
    expect((await plain('/mmodel g5:hello')).stdout).toContain('Repeat: g5:hello');
    const away = await plain('/cc-route:mmodel g5:hello', { ANTHROPIC_BASE_URL: '' });
    expect(away.stdout).toContain('Start the session by clauder');
    await route('plugin', 'uninstall');
    expect(readFileSync(own, 'utf8')).toBe('Repeat: $ARGUMENTS');
    expect(existsSync(join(home, 'plugins/cache/cc-route'))).toBe(false);
  });
});
