import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { fencesOf } from '../support/markdown.ts';
import type { FakeUpstream } from '../support/fake-upstream.ts';
import { brain } from '../support/brain.ts';
import { startGateway } from '../support/clauder.ts';
import { run } from '../support/run.ts';
import {
  createReaderStage,
  keyIn,
  promisedBy,
  squeezed,
  TEAM_TOKEN,
  type ReaderStage,
} from './stage.ts';

/**
 * The README's `sh` blocks, typed into a fresh shell in an empty home, section by section; what
 * stands behind `# → ` is what they print. A `jsonc` block with routes becomes the configuration.
 * `shell` blocks need what a test has not: a release, root, Docker, or a person at a terminal.
 */
setDefaultTimeout(180_000);

const root = join(import.meta.dir, '../..');
const fences = fencesOf(await Bun.file(join(root, 'README.md')).text());

/** What to prepare for a section, and what its commands must have come to. */
interface Expectation {
  readonly before?: (stage: ReaderStage) => Promise<void> | void;
  readonly after?: (stage: ReaderStage) => Promise<void> | void;
}

const modelsAt = ({ requests }: FakeUpstream): string[] =>
  [...new Set(requests.map(({ model }) => model))].filter((model) => model !== '').sort();
const keysAt = ({ requests }: FakeUpstream): string[] =>
  [
    ...new Set(
      requests
        .filter(({ method }) => method === 'POST')
        .map((request) => request.header('x-api-key') ?? request.header('authorization') ?? ''),
    ),
  ].sort();

const ask = async (stage: ReaderStage, command: string): Promise<string> => {
  const ended = await stage.run(command);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return ended.stdout;
};

const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  'The first five minutes': {
    after({ anthropic }) {
      expect(modelsAt(anthropic)).toEqual(['deepseek-v4-flash']);
      expect(keysAt(anthropic)).toEqual([keyIn('DEEPSEEK_API_KEY')]);
    },
  },

  'Cheap subagents': {
    async after(stage) {
      const { anthropic, openai, desk } = stage;
      stage.addRoutes({ leader: { wire: 'openai-chat', baseURL: 'http://127.0.0.1:1/v1' } });
      const lead = (task: string) => `clauder -p "${task}" --model leader`;
      expect(await ask(stage, lead('agent d4f: first task'))).toContain('You said: first task');
      const all = `CLAUDE_CODE_SUBAGENT_MODEL=d4f ${lead('agent general-purpose: second task')}`;
      expect(await ask(stage, all)).toContain('You said: second task');
      desk.sandbox.write(
        'project/.claude/agents/mine.md',
        '---\nname: mine\ndescription: mine\nmodel: d4f\n---\nYou are mine.\n',
      );
      expect(await ask(stage, lead('agent mine: third task'))).toContain('You said: third task');
      expect(modelsAt(anthropic)).toEqual(['deepseek-v4-flash']);
      expect(modelsAt(openai)).toEqual(['leader']);
      expect(JSON.stringify(openai.last().json)).toContain('Fast and cheap: searches');
    },
  },

  'A local model': {
    after({ anthropic, openai }) {
      expect(anthropic.requests).toEqual([]);
      expect(modelsAt(openai)).toEqual(['qwen3-coder']);
    },
  },

  'A gateway for a team': {
    async after({ desk, anthropic, configPath }) {
      const config = JSON.parse(await Bun.file(configPath).text()) as object;
      await using gateway = await startGateway({
        config: { ...config },
        env: {
          CC_ROUTE_AUTH_TOKEN: TEAM_TOKEN,
          DEEPSEEK_API_KEY: keyIn('DEEPSEEK_API_KEY'),
          ANTHROPIC_API_KEY: keyIn('ANTHROPIC_API_KEY'),
        },
      });
      const developer = (token: string, ...more: string[]) =>
        desk.run(['claude', '-p', 'say hello', ...more], {
          env: { ANTHROPIC_BASE_URL: gateway.url, ANTHROPIC_AUTH_TOKEN: token },
        });
      expect((await developer(TEAM_TOKEN, '--model', 'd4f')).stdout).toContain('hello');
      expect((await developer(TEAM_TOKEN)).stdout).toContain('hello');
      expect(modelsAt(anthropic)).toEqual(['claude-opus-5-5', 'deepseek-v4-flash']);
      expect(keysAt(anthropic)).toEqual([keyIn('ANTHROPIC_API_KEY'), keyIn('DEEPSEEK_API_KEY')]);
      const refused = await developer('another', '--model', 'd4f');
      expect([refused.code, refused.stdout]).toEqual([1, expect.stringMatching(/log in|login/u)]);
      const models = async (host: string) => {
        const headers = { host, authorization: `Bearer ${TEAM_TOKEN}` };
        return (await fetch(`${gateway.url}/v1/models`, { headers })).status;
      };
      expect(await models('gateway.example.com')).toBe(200);
      expect(await models('somewhere.example.com')).toBe(403);
    },
  },

  'In CI': {
    async before(stage) {
      await ask(
        stage,
        `git init -q
         for change in first second; do
           echo "the $change line" >> code.txt
           git add .
           git -c user.name=ci -c user.email=ci@example.com commit -qm "$change"
         done`,
      );
    },
    async after({ desk, anthropic }) {
      const review = await Bun.file(join(desk.sandbox.project, 'review.json')).json();
      expect(review).toMatchObject({ is_error: false, subtype: 'success' });
      expect(JSON.stringify(anthropic.last().json)).toContain('+the second line');
      expect(keysAt(anthropic)).toEqual([keyIn('DEEPSEEK_API_KEY')]);
      const env = { CC_ROUTE_CLAUDE: '/nowhere/claude' };
      expect(await desk.run(['clauder', '-p', 'hi'], { env })).toMatchObject({ code: 127 });
    },
  },

  'When a limit is reached': {
    before({ anthropic }) {
      const think = brain('anthropic-messages');
      anthropic.use((request) =>
        request.model.startsWith('claude-')
          ? { kind: 'error', status: 429, headers: { 'retry-after': '3600' } }
          : think(request),
      );
    },
    after({ anthropic, openai }) {
      expect(modelsAt(anthropic)).toEqual(['claude-opus-5-5']);
      expect(modelsAt(openai)).toEqual(['glm-5']);
      expect([`Bearer ${keyIn('ZAI_KEY_1')}`, `Bearer ${keyIn('ZAI_KEY_2')}`]).toContain(
        keysAt(openai)[0] ?? '',
      );
    },
  },

  'What it costs': {},
  'Without `clauder`': {},
  'When something is wrong': {},
};

const sections = [...new Set(fences.map(({ section }) => section))].filter((section) =>
  fences.some((fence) => fence.section === section && fence.language === 'sh'),
);

test('every section with commands is known here', () => {
  expect(Object.keys(EXPECTATIONS)).toEqual(expect.arrayContaining(sections));
});

describe.each(Object.keys(EXPECTATIONS))('%s', (section) => {
  const { before, after } = EXPECTATIONS[section] ?? {};
  let stage: ReaderStage;

  beforeAll(async () => {
    stage = await createReaderStage();
    await before?.(stage);
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  test('its commands work as they stand', async () => {
    for (const fence of fences.filter((one) => one.section === section)) {
      if (fence.language === 'jsonc' && fence.text.includes('"modelRoutes"')) {
        stage.configure(fence.text);
      }
      if (fence.language !== 'sh') continue;
      const { code, stdout, stderr } = await stage.run(fence.text);
      expect([`README.md:${fence.line}`, code, code === 0 ? '' : stderr + stdout]).toEqual([
        `README.md:${fence.line}`,
        0,
        '',
      ]);
      for (const promise of promisedBy(fence)) expect(squeezed(stdout)).toContain(promise);
    }
    await after?.(stage);
  });
});

test('parts of a configuration are ones', async () => {
  await using stage = await createReaderStage();
  const routes = Object.fromEntries(
    ['d4f', 'g5', 'gpt4', 'sonar'].map((alias) => [`model-${alias}`, { alias }]),
  );
  const parts = fences.filter(
    ({ language, text }) => language === 'jsonc' && !text.includes('"modelRoutes"'),
  );
  expect(parts.length).toBeGreaterThan(1);
  for (const { text, line } of parts) {
    const part = Bun.JSONC.parse(text) as object;
    stage.configure(JSON.stringify({ modelRoutes: routes, ...part }));
    expect([line, (await stage.run('cc-route config check')).code]).toEqual([line, 0]);
  }
});

test('blocks that do not run here are at least shell', async () => {
  const blocks = fences.filter(({ language }) => language === 'shell');
  expect(blocks.length).toBeGreaterThan(3);
  for (const { text, line } of blocks) {
    const checked = await run(['bash', '-n', '-c', text], {
      cwd: root,
      env: { PATH: '/usr/bin:/bin' },
    });
    expect([line, checked.stderr]).toEqual([line, '']);
    for (const [path] of text.matchAll(/\b(?:release|scripts)\/[\w./@-]+/gu)) {
      expect([path, existsSync(join(root, path)) || path.startsWith('release/bin/')]).toEqual([
        path,
        true,
      ]);
    }
  }
});
