import { describe, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { failureOf, loadFrom, makeHome, writeConfig } from './support.ts';

const home = makeHome();
const FILE = '~/.claude/settings.cc-route.json';

async function linesOf(content: unknown, env: Record<string, string> = {}): Promise<string[]> {
  const error = await failureOf(loadFrom(home, content, env));
  return error.message.split('\n');
}

/** One route called `m`, with these keys. */
const route = (keys: object) => ({ modelRoutes: { m: { preset: 'deepseek', ...keys } } });

describe('syntax errors', () => {
  test.each([
    ['', '1:1  the file is empty; expected at least {}'],
    ['\n  \n', '3:1  the file is empty; expected at least {}'],
    ['{\n  "server": {\n', '3:1  the file ends too early: expected "}" for the "{" of line 2'],
    ['{\n  "a": [1,\n  2', '3:4  the file ends too early: expected "]" for the "[" of line 2'],
    ['{"server": }', '1:12  expected a value'],
    ['{"server" {}}', '1:11  expected ":" between the name and its value'],
    ['{"retry": {}\n "server": {}}', '2:2  expected "," before this'],
    ["{'server': {}}", '1:2  expected a JSON value; names and strings need double quotes'],
    ['{server: {}}', '1:2  expected a JSON value; names and strings need double quotes'],
    ['{"a": "sk-hidden\n}', `1:7  this string isn't closed on its line; expected a double quote`],
    ['{} {}', '1:4  expected the end of the file after the outermost value'],
    ['{} // fine\n /* not closed', '2:2  this comment is never closed; expected "*/"'],
    ['{"a": "\\x"}', '1:7  this string holds an unknown escape; a backslash is written \\\\'],
    ['{"a": 1,,}', '1:9  expected a name in double quotes'],
    ['\r\n{\r\n"a" 1}', '3:5  expected ":" between the name and its value'],
  ])('%j', async (text, expected) => {
    expect(await linesOf(text)).toEqual([`${FILE}:${expected}`]);
  });

  test('a byte order mark is no error', async () => {
    expect((await loadFrom(home, '\u{FEFF}{}')).routes).toEqual([]);
  });

  test('a file nested without end is refused, not crashed on', async () => {
    expect(await linesOf('['.repeat(500_000))).toHaveLength(1);
  });

  test('a key that is given twice', async () => {
    expect(
      await linesOf('{\n "modelRoutes": {\n  "m": {"preset": "deepseek"},\n  "m": {}}}'),
    ).toEqual([`${FILE}:4:3  modelRoutes.m: is given twice, first in line 3`]);
  });
});

describe('unknown keys', () => {
  test('name the nearest one, with its place in the file', async () => {
    const text = `{
  "modelRoutes": {
    "gpt-4o": {
      "preset": "openrouter", "alais": "gpt4"
    }
  }
}`;
    expect(await linesOf(text)).toEqual([
      `${FILE}:4:31  modelRoutes.gpt-4o.alais: unknown key; did you mean "alias"?`,
    ]);
  });

  test.each([
    [{ modelRoute: {} }, 'modelRoute: unknown key; did you mean "modelRoutes"?'],
    [{ routes: {} }, 'routes: unknown key; did you mean "modelRoutes"?'],
    [{ port: 1 }, 'port: unknown key; it belongs into "server"'],
    [{ server: { hots: 'x' } }, 'server.hots: unknown key; did you mean "host"?'],
    [{ retry: { maxAttempt: 1 } }, 'retry.maxAttempt: unknown key; did you mean "maxAttempts"?'],
    [{ timeouts: { idle: 1 } }, 'timeouts.idle: unknown key; did you mean "idleMs"?'],
    [{ cache: { ttl: 1 } }, 'cache.ttl: unknown key; did you mean "ttlMs"?'],
    [
      { rateLimit: { requests: 1 } },
      'rateLimit.requests: unknown key; known here: rps, burst, maxWaitMs, hosts',
    ],
    [route({ baseUrl: 'x' }), 'modelRoutes.m.baseUrl: unknown key; did you mean "baseURL"?'],
    [route({ apiKey: 'x' }), 'modelRoutes.m.apiKey: unknown key; did you mean "authToken"?'],
    [route({ api_base: 'x' }), 'modelRoutes.m.api_base: unknown key; did you mean "baseURL"?'],
    [
      route({ pricing: { input: 1, output: 1, cached: 1 } }),
      'modelRoutes.m.pricing.cached: unknown key; did you mean "cacheRead"?',
    ],
    [
      route({ authToken: { comand: 'x', command: 'y' } }),
      'modelRoutes.m.authToken.comand: unknown key; did you mean "command"?',
    ],
    [
      route({ compat: { maxTokenField: 'x' } }),
      'modelRoutes.m.compat.maxTokenField: unknown key; did you mean "maxTokensField"?',
    ],
  ])('%j', async (content, expected) => {
    const [line] = await linesOf(content);
    expect(line).toEndWith(`  ${expected}`);
  });
});

describe('wrong types and values', () => {
  test.each([
    ['[]', 'expected an object { … }, found a list'],
    ['"x"', 'expected an object { … }, found a string'],
    [{ modelRoutes: [] }, 'modelRoutes: expected an object { … }, found a list'],
    [{ modelRoutes: { m: 'x' } }, 'modelRoutes.m: expected an object { … }, found a string'],
    [{ modelRoutes: { '': {} } }, 'modelRoutes[""]: this name must not be empty'],
    [
      { modelRoutes: { 'a\n': { preset: 'deepseek' } } },
      'modelRoutes["a\\n"]: this name must not contain control characters',
    ],
    [{ server: { port: '80' } }, 'server.port: expected a number, found a string'],
    [{ server: { port: 80.5 } }, 'server.port: expected a whole number, found another number'],
    [{ server: { port: 65_536 } }, 'server.port: must be at most 65535'],
    [{ server: { port: -1 } }, 'server.port: must be at least 0'],
    [{ server: { host: '' } }, 'server.host: must not be empty'],
    [{ server: { host: 'localhost:80' } }, 'server.host: must not have a port'],
    [{ server: { host: 'http://x' } }, 'server.host: is a URL; only the name or address goes here'],
    [{ server: { host: 'a b' } }, 'server.host: is no valid host name or IP address'],
    [{ server: { authToken: null } }, 'server.authToken: expected a string, found null'],
    [
      { server: { authToken: '' } },
      'server.authToken: must not be empty; leave it out for a gateway without a token',
    ],
    [
      { server: { allowedOrigins: 'http://a' } },
      'server.allowedOrigins: expected a list, found a string',
    ],
    [
      { server: { allowedOrigins: ['http://a', '*'] } },
      'server.allowedOrigins[1]: must be one origin; there is no wildcard, as any web page could call then',
    ],
    [
      { server: { allowedOrigins: ['http://a/path'] } },
      'server.allowedOrigins[0]: is no origin; one looks like https://app.example.com',
    ],
    [{ server: { allowedHosts: ['a:1'] } }, 'server.allowedHosts[0]: must not have a port'],
    [{ retry: { maxAttempts: 0 } }, 'retry.maxAttempts: must be at least 1'],
    [
      { retry: { baseDelayMs: 9000 } },
      'retry.baseDelayMs: baseDelayMs (9000) must not be more than maxDelayMs (8000)',
    ],
    [{ timeouts: { idleMs: 2 ** 31 } }, 'timeouts.idleMs: must be at most 2147483647'],
    [{ timeouts: { idleMs: 0 } }, 'timeouts.idleMs: must be at least 1'],
    [
      { cache: { absentTemperature: 'cach' } },
      'cache.absentTemperature: unknown value "cach"; did you mean "cache"?',
    ],
    [{ rateLimit: { rps: -1 } }, 'rateLimit.rps: must be at least 0'],
    [{ rateLimit: { burst: 0 } }, 'rateLimit.burst: must be at least 1'],
    [
      { rateLimit: { hosts: { 'a.test/v1': { rps: 1 } } } },
      'rateLimit.hosts.a.test/v1: this name is no host name',
    ],
    [
      route({ alias: 3 }),
      'modelRoutes.m.alias: expected a name or a list of names, found a number',
    ],
    [route({ alias: ['a', 3] }), 'modelRoutes.m.alias[1]: expected a string, found a number'],
    [route({ alias: '' }), 'modelRoutes.m.alias: must not be empty'],
    [route({ alias: ' a' }), 'modelRoutes.m.alias: must not begin or end with a space'],
    [
      route({ authToken: 12_345 }),
      'modelRoutes.m.authToken: expected a string or { "command": "…" }, or a list of these, found a number',
    ],
    [route({ authToken: [] }), 'modelRoutes.m.authToken: must not be empty'],
    [
      route({ authToken: ['a', 5] }),
      'modelRoutes.m.authToken[1]: expected a string or { "command": "…" }, found a number',
    ],
    [
      route({ authToken: ['${A B}'] }),
      'modelRoutes.m.authToken[0]: holds a malformed variable; write ${NAME} with letters, digits and underscores only',
    ],
    [route({ authToken: {} }), 'modelRoutes.m.authToken.command: is required'],
    [route({ authToken: { command: ' ' } }), 'modelRoutes.m.authToken.command: must not be empty'],
    [
      route({ wire: 'openai' }),
      'modelRoutes.m.wire: unknown value "openai"; did you mean "openai-chat"?',
    ],
    [
      route({ wire: 'grpc' }),
      'modelRoutes.m.wire: unknown value "grpc"; expected one of anthropic-messages, openai-chat',
    ],
    [route({ contextWindow: 0 }), 'modelRoutes.m.contextWindow: must be at least 1'],
    [route({ vision: 'yes' }), 'modelRoutes.m.vision: expected true or false, found a string'],
    [route({ agent: 'no' }), 'modelRoutes.m.agent: expected true or false, found a string'],
    [
      route({ description: 'two\nlines' }),
      'modelRoutes.m.description: must be one line without control characters',
    ],
    [route({ pricing: { input: 1 } }), 'modelRoutes.m.pricing.output: is required'],
    [
      route({ pricing: { input: -1, output: 1 } }),
      'modelRoutes.m.pricing.input: must be at least 0',
    ],
    [route({ fallback: 'x' }), 'modelRoutes.m.fallback: expected a list, found a string'],
    [
      route({ compat: { streamUsage: 'no' } }),
      'modelRoutes.m.compat.streamUsage: expected true or false, found a string',
    ],
    [
      route({ headers: { 'a b': 'x' } }),
      'modelRoutes.m.headers["a b"]: this name is no valid header name',
    ],
    [
      route({ headers: { 'Content-Length': '1' } }),
      'modelRoutes.m.headers.Content-Length: this name is set by the gateway itself and can not be overridden',
    ],
    [
      route({ headers: { 'X-A': '1', 'x-a': '2' } }),
      'modelRoutes.m.headers.x-a: is the same header as "X-A"',
    ],
    [
      route({ apiVersion: 'a b' }),
      'modelRoutes.m.apiVersion: may hold letters, digits, dots and dashes only',
    ],
  ])('%j', async (content, expected) => {
    const lines = await linesOf(content);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^~\/\.claude\/settings\.cc-route\.json:\d+:\d+ {2}/);
    expect(lines[0]).toEndWith(`  ${expected}`);
  });
});

describe('addresses', () => {
  test.each([
    ['api.deepseek.com/anthropic', 'is no valid URL; it begins with https://'],
    ['ftp://a', 'must begin with https:// or http://'],
    [
      'https://user:hunter2@a/v1',
      'must not hold a user name or password; use authToken or headers',
    ],
    [
      'https://a/v1?api-version=1',
      'must not have a query; the version of the API goes into apiVersion',
    ],
    ['https://a/v1#x', 'must not have a fragment'],
    [
      'https://a/v1/chat/completions',
      'must end before /chat/completions, which the gateway appends itself',
    ],
    ['https://a/v1/messages/', 'must end before /v1/messages, which the gateway appends itself'],
    ['', 'must not be empty'],
  ])('%s', async (baseURL, expected) => {
    const [line] = await linesOf({ modelRoutes: { m: { baseURL } } });
    expect(line).toBe(`${FILE}:4:18  modelRoutes.m.baseURL: ${expected}`);
  });

  test('neither preset nor baseURL', async () => {
    expect(await linesOf({ modelRoutes: { m: { alias: 'a' } } })).toEqual([
      `${FILE}:3:5  modelRoutes.m: needs a "preset" or a "baseURL"`,
    ]);
    expect(await linesOf({ modelRoutes: { m: {} } })).toHaveLength(1);
  });
});

describe('names', () => {
  const preset = 'deepseek';

  test.each([
    [
      'the same alias, in another case',
      { one: { preset, alias: 'x' }, two: { preset, alias: ['y', 'X'] } },
      'modelRoutes.two.alias[1]: "X" of the route "two" is an alias of the route "one" as well',
    ],
    [
      "an alias that is another route's name",
      { one: { preset, alias: 'TWO' }, two: { preset } },
      'modelRoutes.one.alias: "TWO" of the route "one" is the name of the route "two" as well',
    ],
    [
      'the same name, in another case',
      { one: { preset }, ONE: { preset } },
      'modelRoutes.ONE: has the same name as the route "one"; case doesn\'t count',
    ],
    [
      'a fallback that names nothing',
      { 'deepseek-v4': { preset }, m: { preset, fallback: ['deepsek-v4'] } },
      'modelRoutes.m.fallback[0]: no route is called "deepsek-v4"; did you mean "deepseek-v4"?',
    ],
    [
      'a fallback that is its own route',
      { m: { preset, alias: 'mm', fallback: ['MM'] } },
      'modelRoutes.m.fallback[0]: "MM" is this route itself',
    ],
  ])('%s', async (_, modelRoutes, expected) => {
    const lines = await linesOf({ modelRoutes });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toEndWith(`  ${expected}`);
  });

  test('repetitions that mean the same are dropped', async () => {
    const { routes } = await loadFrom(home, {
      modelRoutes: {
        m: { preset, alias: ['M', 'a', 'A'], fallback: ['b', 'other'] },
        other: { preset, alias: 'b' },
        'claude-sonnet-5': { preset },
      },
    });
    expect(routes[0]).toMatchObject({ aliases: ['a'], fallback: ['other'] });
  });
});

describe('several problems', () => {
  test('are all told, in the order of the file', async () => {
    const lines = await linesOf({
      server: { prot: 1 },
      modelRoutes: { m: { alias: 1, presett: 'x' } },
      retry: 3,
    });
    expect(lines.map((line) => line.split('  ')[1]?.split(':')[0])).toEqual([
      'server.prot',
      'modelRoutes.m.alias',
      'modelRoutes.m.presett',
      'retry',
    ]);
  });
});

describe('the file itself', () => {
  test('a missing default file is no error', async () => {
    const config = await loadConfig({ env: { HOME: join(home, 'nobody') } });
    expect(config.file).toBeNull();
    expect(config.routes).toEqual([]);
    expect(config.warnings).toEqual([]);
  });

  test('a missing file that somebody named is one', async () => {
    const env = { HOME: home, CC_ROUTE_CONFIG: '~/none.json' };
    const named = await failureOf(loadConfig({ env }));
    expect(named.message).toBe('~/none.json: no such file; CC_ROUTE_CONFIG names it');
    expect(named.file).toBe(join(home, 'none.json'));
    const flags = { config: join(home, 'other.json') };
    const flagged = await failureOf(loadConfig({ env, flags }));
    expect(flagged.message).toBe('~/other.json: no such file; --config names it');
  });

  test('a folder, and a file that is no text', async () => {
    mkdirSync(join(home, 'folder'), { recursive: true });
    const folder = await failureOf(
      loadConfig({ env: { HOME: home }, flags: { config: join(home, 'folder') } }),
    );
    expect(folder.message).toBe('~/folder: this is a folder, not a file');
    const path = writeConfig(home, '');
    await Bun.write(path, new Uint8Array([0xff, 0xfe, 0x7b, 0x00]));
    const binary = await failureOf(loadConfig({ env: { HOME: home } }));
    expect(binary.message).toContain('no UTF-8 text');
  });
});
