import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CURRENT, OLDER } from '../support/claude-install.ts';
import { createDesk, routeTo, type Desk } from '../support/clauder.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamRequest,
} from '../support/fake-upstream.ts';

/** Subagent types that the launcher makes of the routes, with the real client in print mode. */
describe.each([CURRENT, OLDER])('Claude Code %s', (claude) => {
  let main: FakeUpstream;
  let other: FakeUpstream;
  let desk: Desk;

  beforeAll(async () => {
    main = await startFakeUpstream({ wire: 'anthropic-messages' });
    other = await startFakeUpstream({ wire: 'openai-chat' });
    desk = await createDesk({
      claude,
      config: {
        modelRoutes: {
          'MiniMax-M2.5': routeTo(main, { alias: 'mm25' }),
          'glm-5': routeTo(other, {
            alias: 'g5',
            contextWindow: 400_000,
            description: 'Geduldig und genau.',
          }),
        },
      },
    });
  });

  beforeEach(() => {
    main.requests.length = 0;
    other.requests.length = 0;
  });

  afterAll(async () => {
    desk[Symbol.dispose]();
    await main.stop();
    await other.stop();
  });

  const ask = async (prompt: string, ...flags: readonly string[]) => {
    const ended = await desk.clauder([
      '-p',
      prompt,
      '--model',
      'mm25',
      '--dangerously-skip-permissions',
      ...flags,
    ]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    return ended.stdout.trim();
  };

  const turns = (upstream: FakeUpstream) =>
    upstream.requests.filter(({ method, model }) => method === 'POST' && model !== '');
  const toolsOf = ({ json }: UpstreamRequest) =>
    ((json['tools'] ?? []) as { name?: string; function?: { name: string } }[])
      .map((tool) => tool.function?.name ?? tool.name ?? '')
      .sort();

  test('an alias is one, with every tool, and the main model is told what it is for', async () => {
    expect(await ask('agent g5: what do you say')).toContain('You said: what do you say');
    expect(turns(other).map(({ model }) => model)).toEqual(['glm-5']);
    expect(toolsOf(turns(other)[0]!)).toContain('Write');
    expect(JSON.stringify(turns(main).map(({ json }) => json))).toContain('Geduldig und genau.');
  });

  test('one that can only look has no tool to change anything, whatever is allowed', async () => {
    const file = join(desk.sandbox.project, 'forbidden.txt');
    const answer = await ask(`agent g5-readonly: write: ${file}`);
    expect(answer).toMatch(/No such tool available|not available|disallowed/u);
    expect(existsSync(file)).toBe(false);
    expect(toolsOf(turns(other)[0]!)).toEqual(['Glob', 'Grep', 'Read', 'WebFetch', 'WebSearch']);
  });

  test("the user's own types are there as well, and win over ours", async () => {
    const own = {
      mine: { description: 'mine', prompt: 'I am mine.', model: 'g5' },
      g5: { description: 'mine too', prompt: 'I replaced it.', model: 'g5' },
    };
    const flag = ['--agents', JSON.stringify(own)];
    await ask('agent mine: hello', ...flag);
    await ask('agent g5: hello', ...flag);
    await ask('agent g5-readonly: hello', ...flag);
    const systems = turns(other).map(({ json }) => JSON.stringify(json));
    expect(systems).toHaveLength(3);
    expect(systems[0]).toContain('I am mine.');
    expect(systems[1]).toContain('I replaced it.');
    expect(systems[2]).toContain('You can read, search and look things up');
  });

  test('types in a file of the user are kept in force', async () => {
    desk.sandbox.write(
      'home/.claude/agents/g5.md',
      '---\nname: g5\ndescription: from a file\nmodel: g5\n---\nI came from a file.\n',
    );
    await ask('agent g5: hello');
    expect(JSON.stringify(turns(other)[0]?.json)).toContain('I came from a file.');
  });

  // Older clients take JSON only.
  test.skipIf(claude === OLDER)('--agents with a file is completed', async () => {
    const own = { mine: { description: 'mine', prompt: 'I am mine.', model: 'g5' } };
    const file = desk.sandbox.write('agents.json', JSON.stringify(own));
    await ask('agent mine: hello', '--agents', file);
    await ask('agent g5-readonly: hello', `--agents=${file}`);
    expect(turns(other)).toHaveLength(2);
  });
});
