import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createStage, type Stage } from '../launcher/stage.ts';

const fixture = (name: string) => join(import.meta.dir, '../fixtures/import', name);
const KEY = /sk-[a-z]{2}-[0-9a-f]{16}/gu;

type RouteEntry = Readonly<Record<string, unknown>>;
const configOf = (stage: Stage) =>
  JSON.parse(readFileSync(join(stage.sandbox.home, '.claude/settings.cc-route.json'), 'utf8')) as {
    modelRoutes: Readonly<Record<string, RouteEntry>>;
    scenarios?: unknown;
  };

/** Imports into an empty home; the file that was written is loaded and every route explained. */
async function importAndExplain(stage: Stage, args: readonly string[], env = {}) {
  const ended = await stage.clauder(['route', 'import', ...args, '--yes'], undefined, { env });
  expect(ended.stderr).toBe('');
  expect(ended.code).toBe(0);
  expect(ended.stdout.match(KEY)).toBeNull();
  const { modelRoutes, scenarios } = configOf(stage);
  const path = join(stage.sandbox.home, '.claude/settings.cc-route.json');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const check = await stage.clauder(['route', 'config', 'check'], undefined, { env });
  expect(check).toMatchObject({ code: 0, stderr: '' });
  const problems: unknown[] = [];
  for (const name of Object.keys(modelRoutes)) {
    const explained = await stage.clauder(['route', 'explain', name, '--json'], undefined, { env });
    expect(explained.code).toBe(0);
    problems.push(JSON.parse(explained.stdout).target.problem);
  }
  return { ended, modelRoutes, scenarios, problems };
}

describe('from claude-code-router', () => {
  test('version 1', async () => {
    await using stage = await createStage();
    const source = readFileSync(fixture('claude-code-router-v1.json'), 'utf8');
    stage.sandbox.write('home/.claude-code-router/config.json', source);
    const { ended, modelRoutes, scenarios, problems } = await importAndExplain(
      stage,
      ['claude-code-router'],
      {
        DASHSCOPE_API_KEY: 'sk-x',
      },
    );
    expect(problems.every((problem) => problem === null)).toBeTrue();
    expect(modelRoutes).toMatchObject({
      'gemini-2.5-pro-preview': {
        preset: 'openrouter',
        model: 'google/gemini-2.5-pro-preview',
        authToken: 'sk-or-0123456789abcdef',
      },
      // Never under the plain name: claude-* belongs to Anthropic.
      'openrouter/claude-sonnet-4': { preset: 'openrouter', model: 'anthropic/claude-sonnet-4' },
      'aihubmix/claude-opus-4-20250514': {
        baseURL: 'https://aihubmix.com/v1',
        wire: 'openai-chat',
        model: 'claude-opus-4-20250514',
      },
      // The provider's lossless address is the preset's default.
      'deepseek-chat': { preset: 'deepseek', authToken: 'sk-ds-0123456789abcdef' },
      // The vendor's own API there; the preset has one that we speak.
      'gemini-2.5-flash': { preset: 'gemini' },
      'gemini-2.5-pro': { preset: 'gemini' },
      'aihubmix/gemini-2.5-pro': { model: 'gemini-2.5-pro' },
      'deepseek-v3-250324': {
        baseURL: 'https://ark.cn-beijing.volces.com/api/v3',
        wire: 'openai-chat',
      },
      'Qwen3-Coder-480B-A35B-Instruct': { maxOutputTokens: 65_536 },
      'qwen3-coder-plus': { preset: 'dashscope', alias: 'q3cp', maxOutputTokens: 65_536 },
    });
    // No key where none is needed, and none where the preset's variable is meant.
    expect(modelRoutes['qwen2.5-coder:latest']).toEqual({ alias: 'q25cl', preset: 'ollama' });
    expect(modelRoutes['qwen3-coder-plus']).not.toHaveProperty('authToken');
    expect(modelRoutes['deepseek-chat']).not.toHaveProperty('baseURL');
    expect(Object.keys(modelRoutes)).toHaveLength(16);
    expect(scenarios).toEqual({
      background: 'qwen2.5-coder:latest',
      think: 'deepseek-reasoner',
      longContext: { route: 'gemini-2.5-pro-preview', threshold: 60_000 },
      webSearch: 'gemini-2.5-flash',
    });
    expect(ended.stdout).toContain('PROXY_URL: the gateway takes HTTPS_PROXY');
    expect(ended.stdout).toEndWith('Next: clauder --model dc\n');
  });

  test('version 2, with fallback and what it speaks beyond our formats', async () => {
    await using stage = await createStage();
    const { ended, modelRoutes } = await importAndExplain(
      stage,
      ['claude-code-router', '--from', fixture('claude-code-router-v2.json')],
      { KIMI_KEY: 'x', GROQ_API_KEY: 'x' },
    );
    expect(modelRoutes).toEqual({
      'kimi-k2-0711-preview': {
        alias: 'k20711p',
        preset: 'kimi',
        authToken: '${KIMI_KEY}',
        maxOutputTokens: 130_000,
      },
      'glm-4.6': {
        alias: 'g46',
        preset: 'glm',
        wire: 'anthropic-messages',
        authToken: 'sk-bm-0123456789abcdef',
        fallback: ['kimi-k2-0711-preview', 'coding/glm-4.6'],
      },
      'coding/glm-4.6': {
        alias: 'g46-2',
        preset: 'glm',
        baseURL: 'https://open.bigmodel.cn/api/coding/paas/v4',
        wire: 'openai-chat',
        model: 'glm-4.6',
        authToken: 'sk-bm-0123456789abcdef',
      },
      'kimi-k2-instruct': {
        alias: 'k2i',
        preset: 'groq',
        model: 'moonshotai/kimi-k2-instruct',
        maxOutputTokens: 16_384,
      },
    });
    for (const text of [
      'provider gemini-cli: it speaks gemini-cli',
      'provider responses: it speaks openai-responses',
      'provider broken: its address is no URL',
      'transformer my-own of provider groq',
      'CUSTOM_ROUTER_PATH: no code of others',
    ]) {
      expect(ended.stdout).toContain(text);
    }
  });
});

describe('from cc-switch', () => {
  const expected = {
    'kimi-k2.5': {
      alias: 'k25',
      preset: 'kimi',
      wire: 'anthropic-messages',
      authToken: 'sk-ki-0123456789abcdef',
    },
    'kimi-k2-thinking': { preset: 'kimi', authToken: 'sk-ki-0123456789abcdef' },
    'deepseek-v4-pro': { alias: 'd4p', preset: 'deepseek', contextWindow: 1_000_000 },
    'deepseek-v4-flash': { alias: 'd4f', preset: 'deepseek' },
    'Some-Relay/claude-sonnet-5': {
      baseURL: 'https://relay.example/api',
      wire: 'anthropic-messages',
      model: 'anthropic/claude-sonnet-5',
      authToken: 'sk-re-0123456789abcdef',
    },
    'qwen3-coder': { baseURL: 'https://chat.example/v1', wire: 'openai-chat' },
  };

  test('config.json of version 2', async () => {
    await using stage = await createStage();
    const source = readFileSync(fixture('cc-switch-v2.json'), 'utf8');
    stage.sandbox.write('home/.cc-switch/config.json', source);
    const { ended, modelRoutes, problems } = await importAndExplain(stage, ['cc-switch']);
    expect(problems.every((problem) => problem === null)).toBeTrue();
    expect(modelRoutes).toMatchObject(expected);
    expect(Object.keys(modelRoutes)).toHaveLength(7);
    expect(ended.stdout).toContain('provider Claude Official: it is the login of Claude Code');
    expect(ended.stdout).toContain('provider No Model: it names no model');
    expect(ended.stdout).toContain('provider GitHub Copilot: it is used by a login');
    expect(ended.stdout).toEndWith('Next: clauder --model k25\n');
  });

  test('the database of later versions, which wins over the old file', async () => {
    await using stage = await createStage();
    stage.sandbox.write('home/.cc-switch/config.json', '{}');
    const path = join(stage.sandbox.home, '.cc-switch/cc-switch.db');
    const config = JSON.parse(readFileSync(fixture('cc-switch-v2.json'), 'utf8'));
    writeDatabase(path, config.claude);
    const before = readFileSync(path);
    const { modelRoutes } = await importAndExplain(stage, ['cc-switch']);
    expect(modelRoutes).toMatchObject(expected);
    expect(Object.keys(modelRoutes)).toHaveLength(7);
    expect(readFileSync(path).equals(before)).toBeTrue();
  });
});

interface Manager {
  readonly current: string;
  readonly providers: Readonly<
    Record<string, { name: string; settingsConfig: object; meta?: object }>
  >;
}

/** The table as cc-switch makes it (`src-tauri/src/database/schema.rs`). */
function writeDatabase(path: string, { current, providers }: Manager): void {
  using database = new Database(path, { create: true });
  database.run(
    "CREATE TABLE providers (id TEXT NOT NULL, app_type TEXT NOT NULL, name TEXT NOT NULL, settings_config TEXT NOT NULL, website_url TEXT, category TEXT, created_at INTEGER, sort_index INTEGER, notes TEXT, icon TEXT, icon_color TEXT, meta TEXT NOT NULL DEFAULT '{}', is_current BOOLEAN NOT NULL DEFAULT 0, in_failover_queue BOOLEAN NOT NULL DEFAULT 0, PRIMARY KEY (id, app_type))",
  );
  const insert = database.query(
    'INSERT INTO providers (id, app_type, name, settings_config, sort_index, meta, is_current) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const [index, [id, { name, settingsConfig, meta }]] of Object.entries(providers).entries()) {
    const settings = JSON.stringify(settingsConfig);
    insert.run(id, 'claude', name, settings, index, JSON.stringify(meta ?? {}), id === current);
  }
  insert.run('other', 'codex', 'Codex', '{"auth":{}}', 0, '{}', 1);
}

describe('what is there already', () => {
  const args = ['import', 'cc-switch', '--from', fixture('cc-switch-v2.json')];

  test('stays as it is, comments included; the second import finds nothing new', async () => {
    const before =
      '{\n  "modelRoutes": {\n    // mine\n    "deepseek-v4-flash": { "alias": "k25", "preset": "deepseek" }, // cheap\n  },\n}\n';
    await using stage = await createStage({ config: before });
    const path = join(stage.sandbox.home, '.claude/settings.cc-route.json');
    const first = await stage.clauder(['route', ...args, '--yes']);
    expect(first.code).toBe(0);
    const text = readFileSync(path, 'utf8');
    expect(text).toStartWith(before.slice(0, before.indexOf('  },')));
    expect(text).toContain('"alias": "k25-2"');
    expect(first.stdout).toContain('deepseek-v4-flash of DeepSeek: there is a route for it');
    const second = await stage.clauder(['route', ...args, '--yes']);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('has nothing that');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('nothing is written without a yes', async () => {
    await using stage = await createStage();
    const path = join(stage.sandbox.home, '.claude/settings.cc-route.json');
    const dry = await stage.clauder(['route', ...args, '--dry-run', '--json']);
    expect(dry.code).toBe(0);
    expect(dry.stdout.match(KEY)).toBeNull();
    expect(JSON.parse(dry.stdout).routes[0]).toMatchObject({ name: 'kimi-k2.5', alias: 'k25' });
    const unasked = await stage.clauder(['route', ...args]);
    expect(unasked.code).toBe(1);
    expect(unasked.stderr).toContain('the same command with --yes');
    expect(unasked.stdout.match(KEY)).toBeNull();
    expect(existsSync(path)).toBeFalse();
  });

  test('wrong names, missing and broken files are told', async () => {
    await using stage = await createStage();
    const run = (...more: string[]) => stage.clauder(['route', 'import', ...more]);
    expect(await run('ccr')).toMatchObject({ code: 2, stdout: '' });
    expect((await run('cc-switch')).stderr).toContain(
      'was not set up here. Name its file by --from',
    );
    expect((await run('cc-switch', '--from', '/nowhere.db')).stderr).toContain('ENOENT');
    mkdirSync(join(stage.sandbox.home, '.cc-switch'));
    stage.sandbox.write('home/.cc-switch/config.json', '{ "a": ');
    expect((await run('cc-switch')).stderr).toContain('is no valid JSON');
  });
});
