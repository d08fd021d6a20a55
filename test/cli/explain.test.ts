import { describe, expect, test } from 'bun:test';
import { createStage } from '../launcher/stage.ts';

const config = JSON.stringify({
  modelRoutes: {
    'deepseek-v4-flash': { alias: ['d4f', 'flash'], preset: 'deepseek', authToken: 'key-1' },
    'deepseek-chat': { preset: 'deepseek', authToken: '${NOT_THERE}' },
    'gpt-4o': {
      alias: 'gpt4',
      preset: 'openrouter',
      model: 'openai/gpt-4o',
      authToken: { command: 'pass show key-1' },
      contextWindow: 64_000,
      fallback: ['flash', 'deepseek-chat'],
    },
    az: {
      preset: 'azure_openai',
      baseURL: 'https://mine.openai.azure.com',
      authToken: 'key-1',
      fallback: [],
    },
  },
});

describe('cc-route explain', () => {
  test.each([
    ['FLASH', 'an alias of the route deepseek-v4-flash'],
    ['deepseek-v4-flash', 'the name of a route'],
    ['deepseek-v4-flash[1m]', 'the name of a route'],
    ['anthropic/d4f', "the id under which Claude Code's model list shows d4f"],
    ['echo', 'built in, answers offline'],
    ['claude-sonnet-5', "claude-* goes to Anthropic with the session's own login"],
  ])('%p: %p', async (name, why) => {
    await using stage = await createStage({ config });
    const ended = await stage.clauder(['route', 'explain', name]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain(why);
    expect(ended.stdout).toStartWith(`${name} → `);
  });

  test('names address, format, key, limits, price and chain, and no key', async () => {
    await using stage = await createStage({ config });
    const { stdout } = await stage.clauder(['route', 'explain', 'gpt4']);
    const rows = new Map(
      stdout.split('\n').map((line) => line.trim().split(/ {2,}/) as [string, string]),
    );
    expect(Object.fromEntries(rows)).toMatchObject({
      'sent to': 'https://openrouter.ai/api/v1/chat/completions',
      as: 'openai/gpt-4o',
      format: 'openai-chat, translated',
      key: 'from a command',
      context: '64,000 tokens',
      output: '16,384 tokens (model table)',
      price: '$2.5 in, $10 out, $1.25 cache read, per million tokens (model table)',
      fallback: 'deepseek-v4-flash at DeepSeek, then deepseek-chat at DeepSeek (not usable)',
    });
    const siblings = await stage.clauder(['route', 'explain', 'd4f']);
    expect(siblings.stdout).toContain('(the other routes of this provider)');
    const none = await stage.clauder(['route', 'explain', 'az']);
    expect(none.stdout).toContain('/openai/deployments/az/chat/completions?api-version=');
    expect(none.stdout).toMatch(/fallback +none/u);
    expect(stdout + siblings.stdout + none.stdout).not.toContain('key-1');
  });

  test('--json holds the same for programs', async () => {
    await using stage = await createStage({ config });
    const { stdout } = await stage.clauder(['route', 'explain', 'deepseek-chat', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'deepseek-chat',
      route: 'deepseek-chat',
      target: {
        provider: 'deepseek',
        wire: 'anthropic-messages',
        url: 'https://api.deepseek.com/anthropic/v1/messages',
        key: { kind: 'missing', from: null },
        problem: "NOT_THERE is not set in the gateway's environment",
      },
      limits: { contextWindow: { value: 128_000, from: 'model table' } },
      fallback: { from: 'siblings', targets: [{ route: 'deepseek-v4-flash' }] },
    });
  });

  test('an unknown name: the nearest ones, exit code 1', async () => {
    await using stage = await createStage({ config });
    const ended = await stage.clauder(['route', 'explain', 'd4']);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('Did you mean d4f?');
    const json = await stage.clauder(['route', 'explain', 'd4', '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ target: null, nearest: ['d4f'] });
    const none = await stage.clauder(['route', 'explain']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
  });

  test('a broken configuration is told as by config check', async () => {
    await using stage = await createStage({ config: '{ "modelRoutes": 1 }' });
    const ended = await stage.clauder(['route', 'explain', 'd4f']);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('modelRoutes');
  });
});

describe('cc-route explain shows scenarios', () => {
  const scenarios = JSON.stringify({
    modelRoutes: {
      g5: { preset: 'ollama', vision: false, contextWindow: 64_000 },
      d4f: { preset: 'ollama' },
      gpt4: { preset: 'ollama', vision: true },
      pplx: { preset: 'perplexity', authToken: 'key-1' },
    },
    scenarios: {
      background: 'd4f',
      think: 'g5',
      image: 'gpt4',
      longContext: { route: 'd4f', threshold: 100_000 },
      webSearch: 'pplx',
    },
  });

  test.each([
    [['claude-haiku-4-5'], 'd4f', 'background: to d4f always, as this is the small'],
    [['claude-sonnet-5', '--thinking'], 'g5', 'think: to g5 where thinking is on'],
    [['claude-sonnet-5', '--image'], 'gpt4', 'image: to gpt4 where an image is in the turn'],
    [['g5', '--image'], 'gpt4', 'image: to gpt4 where an image is in the turn, as this model'],
    [['claude-sonnet-5', '--tokens', '150k'], 'd4f', 'longContext: to d4f above 100,000 tokens'],
    [['g5', '--tokens', '64,001'], 'd4f', 'longContext: to d4f above 64,000 tokens, its context'],
    [['d4f', '--web-search'], 'pplx', 'webSearch: to pplx where the web is searched'],
  ] as const)('%p ends at %p', async (args, target, line) => {
    await using stage = await createStage({ config: scenarios });
    const { stdout } = await stage.clauder(['route', 'explain', ...args]);
    const applied = stdout.split('\n').filter((one) => one.includes('← applies'));
    expect(applied).toHaveLength(1);
    expect(applied[0]).toContain(line);
    expect(stdout).toMatch(new RegExp(`as +${target}\\n`, 'u'));
    const json = await stage.clauder(['route', 'explain', ...args, '--json']);
    expect(JSON.parse(json.stdout).target.route).toBe(target);
  });

  test('without a reason nothing is taken over', async () => {
    await using stage = await createStage({ config: scenarios });
    const { stdout } = await stage.clauder(['route', 'explain', 'g5']);
    expect(stdout).toContain('scenarios  image: to gpt4');
    expect(stdout).not.toContain('← applies');
    const wrong = await stage.clauder(['route', 'explain', 'g5', '--tokens', 'many']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
  });
});
