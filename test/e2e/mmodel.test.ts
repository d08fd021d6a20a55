import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CURRENT, OLDER } from '../support/claude-install.ts';
import { createDesk, routeTo, type Desk } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';

/** `/cc-route:mmodel` with the real client in print mode and a scripted main model. */
describe.each([CURRENT, OLDER])('Claude Code %s', (claude) => {
  let main: FakeUpstream;
  let providers: FakeUpstream[];
  let desk: Desk;

  beforeAll(async () => {
    main = await startFakeUpstream({ wire: 'anthropic-messages' });
    providers = [
      await startFakeUpstream({ wire: 'anthropic-messages' }),
      await startFakeUpstream({ wire: 'openai-chat' }),
      await startFakeUpstream({ wire: 'openai-chat' }),
    ];
    const [minimax, glm, deepseek] = providers as [FakeUpstream, FakeUpstream, FakeUpstream];
    desk = await createDesk({
      claude,
      config: {
        modelRoutes: {
          'main-model': routeTo(main, { agent: false }),
          'MiniMax-M2.5': routeTo(minimax, { alias: 'mm25' }),
          'glm-5': routeTo(glm, { alias: 'g5' }),
          'deepseek-v4-flash': routeTo(deepseek, { alias: ['d4f', 'flash'] }),
        },
      },
    });
  });

  beforeEach(() => {
    for (const upstream of [main, ...providers]) upstream.requests.length = 0;
  });

  afterAll(async () => {
    desk[Symbol.dispose]();
    await Promise.all([main, ...providers].map((upstream) => upstream.stop()));
  });

  const ask = async (prompt: string) => {
    const ended = await desk.clauder([
      '-p',
      prompt,
      '--model',
      'main-model',
      '--dangerously-skip-permissions',
    ]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    return ended.stdout.trim();
  };

  /** Requests for a turn, as opposed to those for a session's title. */
  const turns = (upstream: FakeUpstream) =>
    upstream.requests.filter(({ json }) => ((json['tools'] ?? []) as unknown[]).length > 0);
  /** What each provider was told, turn by turn. */
  const tasks = () =>
    providers.map((upstream) =>
      turns(upstream).map(({ json }) => JSON.stringify(json['messages'])),
    );

  test('three aliases: three calls in one message, a request at each provider', async () => {
    const answer = await ask(
      '/cc-route:mmodel mm25:build the core g5:"write unit tests: all of them" d4f:überprüfe das Ergebnis',
    );
    const [minimax, glm, deepseek] = tasks();
    expect(minimax?.join()).toContain('build the core');
    expect(glm?.join()).toContain('write unit tests: all of them');
    expect(deepseek?.join()).toContain('überprüfe das Ergebnis');
    expect(tasks().map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(answer.match(/<Agent =>/gu)).toHaveLength(3);
    // One message with the calls, one with the summary.
    expect(turns(main).length).toBe(2);
  });

  test('--readonly holds against an agent that tries to write', async () => {
    const file = join(desk.sandbox.project, 'forbidden.txt');
    const other = join(desk.sandbox.project, 'allowed.txt');
    await ask(`/cc-route:mmodel d4f:"write: ${file}" g5:"write: ${other}" --readonly=flash`);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(other)).toBe(true);
  });

  test('--sequential: one call after another', async () => {
    await ask('/cc-route:mmodel mm25:first g5:second --sequential');
    expect(turns(main).length).toBe(3);
    expect(tasks().map(({ length }) => length)).toEqual([1, 1, 0]);
  });

  test('a name that is none stops everything, with the one that is meant', async () => {
    const answer = await ask('/cc-route:mmodel mm52:build g5:test');
    expect(answer).toContain('No model is called "mm52". Did you mean mm25?');
    expect([main, ...providers].flatMap(turns).length).toBe(0);
  });

  test('a route that is kept from being a subagent is named', async () => {
    expect(await ask('/cc-route:mmodel main-model:build')).toContain('"agent": false');
  });

  test('what a shell would make of the line happens nowhere', async () => {
    const planted = join(desk.sandbox.project, 'planted');
    const evil = `$(touch ${planted}) \`touch ${planted}\` !\`touch ${planted}\` ; touch ${planted} #`;
    await ask(`/cc-route:mmodel mm25:${evil} "and ${evil}" '${evil}`);
    expect(existsSync(planted)).toBe(false);
    expect(tasks()[0]?.join()).toContain('$(touch');
  });
});
