import { describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUDER, freePort } from '../support/clauder.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { KEYS, openTerminal } from '../support/terminal.ts';
import { createStage, type Stage } from '../launcher/stage.ts';

const KEY = 'sk-live-0123456789abcdef';
const fileOf = (stage: Stage) => join(stage.sandbox.home, '.claude/settings.cc-route.json');
const textOf = (stage: Stage) => readFileSync(fileOf(stage), 'utf8');
const init = (stage: Stage, args: readonly string[], stdin?: string) =>
  stage.clauder(['route', 'init', ...args], undefined, stdin === undefined ? {} : { stdin });

describe('cc-route init by flags', () => {
  test('writes a first file, for its owner alone, and says how to go on', async () => {
    await using stage = await createStage();
    const ended = await init(
      stage,
      '--provider deepseek --alias d4f --key-env DEEPSEEK_API_KEY'.split(' '),
    );
    expect(ended.code).toBe(0);
    expect(ended.stdout).toEndWith('Next: clauder --model d4f\n');
    expect(ended.stderr).toContain('DEEPSEEK_API_KEY is not set yet');
    expect(textOf(stage)).toBe(
      '{\n  "modelRoutes": {\n    "deepseek-v4-flash": { "alias": "d4f", "preset": "deepseek" }\n  }\n}\n',
    );
    expect(statSync(fileOf(stage)).mode & 0o777).toBe(0o600);
    const explained = await stage.clauder(['route', 'explain', 'd4f']);
    expect(explained.stdout).toContain('DeepSeek');
  });

  test('adds to a file and leaves its comments, order and layout alone', async () => {
    const before =
      '// mine\n{\n\t"server": { "port": 4000 }, // here\n\t"modelRoutes": {\n\t\t"a": {"preset":"groq"}, // fast\n\t\t/* more to come */\n\t},\n}\n';
    await using stage = await createStage({ config: before });
    const ended = await init(stage, ['--provider', 'openrouter', '--key-stdin'], `${KEY}\n`);
    expect(ended.code).toBe(0);
    expect(textOf(stage)).toBe(
      before
        .replace(
          '/* more to come */\n',
          `/* more to come */\n\t\t"gpt-4o": { "alias": "g4o", "preset": "openrouter", "model": "openai/gpt-4o", "authToken": "${KEY}" },\n`,
        )
        .replace(
          /\{ ("alias": "g4o".*) \}/u,
          (_, rows: string) => `{\n\t\t\t${rows.replaceAll(', "', ',\n\t\t\t"')}\n\t\t}`,
        ),
    );
    expect(ended.stdout + ended.stderr).not.toContain(KEY);
    expect(ended.stdout).toContain('(your key)');
  });

  test('a file that others could read is closed when a key goes in; a link stays a link', async () => {
    await using stage = await createStage();
    const real = stage.sandbox.write('dotfiles/routes.json', '{}');
    chmodSync(real, 0o644);
    mkdirSync(join(stage.sandbox.home, '.claude'));
    symlinkSync(real, fileOf(stage));
    expect((await init(stage, ['--provider', 'groq', '--key-stdin'], KEY)).code).toBe(0);
    expect(readFileSync(real, 'utf8')).toContain(KEY);
    expect(statSync(real).mode & 0o777).toBe(0o600);
  });

  test('nothing is overwritten silently', async () => {
    const before = '{ "modelRoutes": { "glm-5": { "preset": "glm", "alias": "g5" } } }';
    await using stage = await createStage({ config: before });
    const refused = await init(stage, ['--provider', 'glm', '--model', 'glm-5']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('has a route glm-5 already; --force replaces it');
    expect(textOf(stage)).toBe(before);

    const clash = await init(stage, ['--provider', 'groq', '--alias', 'G5']);
    expect(clash.code).toBe(1);
    expect(clash.stderr).toContain('is an alias of the route');
    expect(textOf(stage)).toBe(before);

    const other = await init(stage, ['--provider', 'zai', '--model', 'glm-5', '--dry-run']);
    expect(other.stdout).toContain(
      '"zai/glm-5": { "alias": "g5-2", "preset": "zai", "model": "glm-5" }',
    );
    expect(other.stdout).toContain('nothing was written');
    expect(textOf(stage)).toBe(before);

    const forced = await init(stage, '--provider glm --model glm-5 --alias x --force'.split(' '));
    expect(forced.code).toBe(0);
    expect(textOf(stage)).toContain('"glm-5": { "alias": "x", "preset": "glm" }');
  });

  test('a broken file is told, not touched', async () => {
    await using stage = await createStage({ config: '{ "modelRoutes": { ' });
    const ended = await init(stage, ['--provider', 'groq']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('settings.cc-route.json:1:');
    expect(textOf(stage)).toBe('{ "modelRoutes": { ');
  });

  test.each([
    [[], '--provider or --base-url is needed'],
    [['--provider', 'kimmi'], 'did you mean kimi?'],
    [['--provider', 'azure_openai'], '--base-url is needed'],
    [['--base-url', 'http://127.0.0.1:1/v1'], '--model is needed'],
    [['--base-url', 'localhost', '--model', 'm'], '--base-url'],
    [['--provider', 'groq', '--key-env', KEY], 'takes the name of a variable, not a key'],
    [['--provider', 'groq', '--wire', 'x'], 'one of anthropic-messages, openai-chat'],
    [['--provider', 'groq', '--key-stdin', '--key-env', 'A'], 'only one of'],
    [['--provider', 'groq', '--key-stdin'], 'standard input is empty'],
  ] as const)('%p is wrong usage', async (args, message) => {
    await using stage = await createStage();
    const ended = await init(stage, args, '');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toContain(KEY);
  });

  test('--test says whether it works', async () => {
    await using stage = await createStage();
    const upstream = await startFakeUpstream({ wire: 'openai-chat' });
    const good = await init(stage, ['--base-url', upstream.baseURL, '--model', 'm', '--test']);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toMatch(/it works: an answer came in \d+ ms/u);
    await upstream.stop();
    const dead = `http://127.0.0.1:${await freePort()}/v1`;
    const bad = await init(stage, ['--base-url', dead, '--model', 'n', '--test']);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('nothing listens at');
  });
});

describe('cc-route init at a terminal', () => {
  const open = (stage: Stage, env: Record<string, string> = {}) =>
    openTerminal([...CLAUDER, 'route', 'init'], {
      cwd: stage.sandbox.project,
      env: stage.environment('', env),
    });

  test('arrow keys, a masked key, what will be written, a try, the next command', async () => {
    await using stage = await createStage();
    const upstream = await startFakeUpstream({ wire: 'openai-chat' });
    using terminal = open(stage);
    await terminal.shows('Which provider?');
    // The last of the list: up from the first one.
    terminal.type(KEYS.up);
    await terminal.shows('Another server');
    terminal.type(KEYS.enter);
    await terminal.shows('Its address');
    terminal.type(upstream.baseURL);
    terminal.type(KEYS.enter);
    await terminal.shows('The key');
    terminal.type(KEYS.enter);
    await terminal.shows('it stays hidden');
    terminal.type(KEY);
    await terminal.shows('▪▪▪');
    terminal.type(KEYS.enter);
    await terminal.shows('Which model?');
    terminal.type('big-model-2');
    terminal.type(KEYS.enter);
    await terminal.shows('A short name');
    terminal.type(KEYS.enter);
    await terminal.shows('Write it to ~/.claude/settings.cc-route.json?');
    terminal.type(KEYS.enter);
    await terminal.shows('Try it now');
    terminal.type(KEYS.enter);
    await terminal.shows('It works');
    await terminal.shows('Add another model?');
    terminal.type(KEYS.enter);
    await terminal.shows('Next: clauder --model bm2');
    expect(await terminal.exited).toBe(0);
    expect(terminal.screen()).not.toContain(KEY);
    expect(JSON.parse(textOf(stage))).toEqual({
      modelRoutes: {
        'big-model-2': { alias: 'bm2', baseURL: upstream.baseURL, authToken: KEY },
      },
    });
    expect(statSync(fileOf(stage)).mode & 0o777).toBe(0o600);
    expect(upstream.last().header('authorization')).toBe(`Bearer ${KEY}`);
    await upstream.stop();
  });

  test('a provider whose key is set stands first; ^C writes nothing', async () => {
    await using stage = await createStage();
    using terminal = open(stage, { MISTRAL_API_KEY: KEY });
    await terminal.shows('MISTRAL_API_KEY is set');
    terminal.type(KEYS.enter);
    await terminal.shows('From the environment: MISTRAL_API_KEY');
    terminal.type(KEYS.ctrlC);
    await terminal.shows('Nothing was written.');
    expect(await terminal.exited).toBe(1);
    expect(() => textOf(stage)).toThrow();
  });
});
