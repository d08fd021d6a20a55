import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { CURRENT, OLDER } from '../support/claude-install.ts';
import { CLAUDER, createDesk, routeTo, type Desk } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { passFirstScreens } from '../support/first-screens.ts';
import { enter, hasTmux, openTerminal, type Terminal } from '../support/tmux.ts';
import { readTree } from '../support/tree.ts';

/** `/model` of the real client in a terminal: what it lists, and where a choice leads. */
const ROWS: Readonly<Record<string, readonly RegExp[]>> = {
  [CURRENT]: [
    /MiniMax-M2\.5 \(mm25\) +127\.0\.0\.1:\d+ · 205k context · \$0\.3 in, \$1\.2 out per million/u,
    /glm-5 \(g5\) +127\.0\.0\.1:\d+ · 200k context/u,
    /glm-5 \(glm\) +127\.0\.0\.1:\d+ · 200k context/u,
    /my-model +127\.0\.0\.1:\d+ · 64k context/u,
  ],
  [OLDER]: [
    /MiniMax-M2\.5 \(mm25\) · 127\.0\.0\.1:\d+ · 205k · \$0\.3\/\$1\.2 +From gateway/u,
    /glm-5 \(g5\) · 127\.0\.0\.1:\d+ · 200k +From gateway/u,
    /glm-5 \(glm\) · 127\.0\.0\.1:\d+ · 200k +From gateway/u,
    /my-model · 127\.0\.0\.1:\d+ · 64k +From gateway/u,
  ],
};

describe.skipIf(!hasTmux()).each([CURRENT, OLDER])('Claude Code %s', (claude) => {
  let upstream: FakeUpstream;
  let other: FakeUpstream;
  let desk: Desk;
  let state: string;

  beforeAll(async () => {
    upstream = await startFakeUpstream({ wire: 'anthropic-messages' });
    other = await startFakeUpstream({ wire: 'openai-chat' });
    desk = await createDesk({
      claude,
      config: {
        modelRoutes: {
          'MiniMax-M2.5': routeTo(upstream, {
            alias: 'mm25',
            contextWindow: 204_800,
            pricing: { input: 0.3, output: 1.2 },
          }),
          'glm-5': routeTo(other, { alias: ['g5', 'glm'], contextWindow: 200_000 }),
          'my-model': routeTo(upstream, { contextWindow: 64_000 }),
        },
      },
    });
    state = `${desk.sandbox.root}/state`;
  });

  beforeEach(() => {
    upstream.requests.length = 0;
    other.requests.length = 0;
  });

  afterAll(async () => {
    desk[Symbol.dispose]();
    await upstream.stop();
    await other.stop();
  });

  const open = (...args: readonly string[]): Terminal =>
    openTerminal([...CLAUDER, ...args], {
      cwd: desk.sandbox.project,
      env: desk.environment({ CC_ROUTE_STATE_DIR: state }),
      columns: 140,
      rows: 90,
    });

  /** Opens the picker and moves the cursor to a row. */
  const choose = async (terminal: Terminal, row: RegExp) => {
    await enter(terminal, '/model');
    await terminal.shows('Select model');
    const cursor = () => /❯ +\d+\. [^\n]*/u.exec(terminal.screen())?.[0] ?? '';
    for (let presses = 0; presses < 20 && !row.test(cursor()); presses++) {
      const before = cursor();
      terminal.press('Down');
      await until('the cursor to move', () => cursor() !== before);
    }
    expect(cursor()).toMatch(row);
    return terminal.screen();
  };

  test('an empty home: every alias is listed, and the chosen one answers the next turn', async () => {
    const mine = desk.sandbox.write('home/.claude/CLAUDE.md', 'Speak kindly.');
    const before = readTree(desk.sandbox.home);
    using terminal = open();
    await passFirstScreens(terminal);
    const screen = await choose(terminal, /glm-5 \(g5\)/u);
    for (const row of ROWS[claude] ?? []) expect(screen).toMatch(row);
    expect(screen.match(/\(mm25\)/gu)).toHaveLength(1);
    expect(screen).not.toContain('echo');
    terminal.press('s');
    await terminal.shows(/Set model to .*(?:g5|glm-5)/u);
    await enter(terminal, 'good evening');
    const turn = await until('the turn at its provider', () =>
      other.requests.find(
        ({ stream, json }) => stream && /good evening/u.test(JSON.stringify(json)),
      ),
    );
    await terminal.shows('You said:');
    expect(turn.model).toBe('glm-5');
    expect(upstream.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    await enter(terminal, '/exit');
    await terminal.shows('exit=0');

    // Nothing of ours is in the home, and what was there is as it was.
    const after = readTree(desk.sandbox.home);
    for (const [file, content] of before) expect([file, after.get(file)]).toEqual([file, content]);
    expect(after.has(mine.slice(desk.sandbox.home.length + 1))).toBe(true);
    const ours = [...after.keys()].filter((file) => /cc-route|clauder|mmodel/u.test(file));
    expect(ours).toEqual(['.claude/settings.cc-route.json']);
    await until('the gateway to end', () => !readTree(state).has('gateway.json'));
  });

  test("the session's model, the user's settings and their rows stay in force", async () => {
    const picker = {
      options: [{ model: 'claude-mine', label: 'My own row', description: 'mine' }],
    };
    const settings = desk.sandbox.write(
      'own.json',
      JSON.stringify({ modelPicker: picker, env: { OWN_VARIABLE: 'kept' } }),
    );
    using terminal = open(
      '--settings',
      settings,
      '--model',
      'my-model',
      '--setting-sources',
      'user',
    );
    await passFirstScreens(terminal);
    await enter(terminal, '/context');
    await terminal.shows(/\/ ?64k/u);
    if (claude === CURRENT) {
      const screen = await choose(terminal, /MiniMax-M2\.5 \(mm25\)/u);
      expect(screen).toContain('My own row');
      expect(screen).toMatch(/my-model ✔/u);
      terminal.press('s');
      await terminal.shows(/Set model to .*mm25/u);
      await enter(terminal, '/context');
      // A larger window than the session began with.
      await terminal.shows(/\/ ?204\.8k/u);
    }
    await enter(terminal, 'run: echo $OWN_VARIABLE');
    await terminal.shows(/echo \$OWN_VARIABLE => kept|kept/u);
    await enter(terminal, '/exit');
    await terminal.shows('exit=0');
  });
});
