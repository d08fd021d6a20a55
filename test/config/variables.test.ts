import { describe, expect, test } from 'bun:test';
import { inspect } from 'node:util';
import { expandVariables } from '../../src/config/expand.ts';
import { failureOf, loadFrom, makeHome, writeConfig } from './support.ts';
import { loadConfig } from '../../src/config/load.ts';

const home = makeHome();
const unset = (name: string) => `${name} is not set in the gateway's environment`;

describe('${VAR}', () => {
  test('fills in keys, addresses and headers, whole or in part', async () => {
    const { routes, warnings } = await loadFrom(
      home,
      {
        modelRoutes: {
          m: {
            baseURL: 'https://${HOST}/v1/',
            authToken: '${KEY}',
            headers: { Authorization: 'Basic ${USER_KEY}', 'X-Team': '${TEAM}-${TEAM}' },
          },
        },
      },
      { HOST: 'llm.example.com', KEY: ' sk-1\r\n', USER_KEY: 'abc', TEAM: 'blue' },
    );
    expect(routes[0]?.baseURL).toBe('https://llm.example.com/v1');
    expect({ ...routes[0]?.headers }).toEqual({
      Authorization: 'Basic abc',
      'X-Team': 'blue-blue',
    });
    const credential = routes[0]?.credential;
    expect(credential?.kind === 'secret' && credential.secret.reveal()).toBe('sk-1');
    expect(warnings).toEqual([]);
  });

  test.each([
    [{ authToken: '${NO_KEY}' }, 'authToken', unset('NO_KEY')],
    [{ headers: { 'X-A': 'a ${NO_HEADER}' } }, 'headers.X-A', unset('NO_HEADER')],
    [
      { baseURL: 'https://${NO_HOST}/${NO_PATH}' },
      'baseURL',
      "NO_HOST and NO_PATH are not set in the gateway's environment",
    ],
    [{ authToken: '${EMPTY}' }, 'authToken', unset('EMPTY')],
    [{ authToken: '' }, 'authToken', 'the key is empty'],
    [
      { authToken: 'sk-…' },
      'authToken',
      'the key from the configuration file holds a character that no header can carry',
    ],
    [
      { authToken: '${BROKEN}' },
      'authToken',
      'the key from BROKEN holds a character that no header can carry',
    ],
    [{ baseURL: '${BROKEN}' }, 'baseURL', 'with the value of BROKEN, it is no valid URL'],
    [
      { headers: { 'X-A': '${BROKEN}' } },
      'headers.X-A',
      'with the value of BROKEN, it holds a character that no header can carry',
    ],
  ])('%j disables its own route and no other', async (keys, key, problem) => {
    const config = await loadFrom(
      home,
      {
        modelRoutes: {
          bad: { preset: 'deepseek', ...keys },
          good: { preset: 'deepseek', authToken: 'sk-good' },
        },
      },
      { EMPTY: '  ', BROKEN: 'two\nlines' },
    );
    const [bad, good] = config.routes;
    expect(bad?.credential).toEqual({ kind: 'missing', problem });
    expect(good?.credential?.kind).toBe('secret');
    expect(good?.problem).toBeUndefined();
    expect(config.warnings).toEqual([
      `modelRoutes.bad.${key}: ${problem}; this route can't be used`,
    ]);
    if (key !== 'authToken') expect(bad?.problem).toBe(problem);
  });

  test.each(['${KEY-x}', '${}', 'a${KEY', '${KEY:-default}', '${9}'])(
    '%s is malformed',
    async (text) => {
      const message =
        'holds a malformed variable; write ${NAME} with letters, digits and underscores only';
      for (const keys of [{ authToken: text }, { baseURL: text }, { headers: { a: text } }]) {
        const error = await failureOf(
          loadFrom(home, { modelRoutes: { m: { preset: 'deepseek', ...keys } } }, { KEY: 'sk' }),
        );
        expect(error.message).toEndWith(message);
      }
      const server = await failureOf(loadFrom(home, { server: { authToken: text } }));
      expect(server.message).toEndWith(message);
    },
  );

  test("a value's own references stay as they are", () => {
    expect(expandVariables('${A}', { A: '${B}', B: 'x' }).text).toBe('${B}');
    expect(expandVariables('$A $$ {B}', {}).text).toBe('$A $$ {B}');
  });
});

describe('warnings', () => {
  test('a rate limit of a name that nobody knows', async () => {
    const { warnings } = await loadFrom(home, {}, { CC_RATE_LIMIT_RSP: '3' });
    expect(warnings).toEqual([
      'CC_RATE_LIMIT_RSP: is not known; did you mean "CC_RATE_LIMIT_RPS"?',
    ]);
  });

  test.each([0o644, 0o640, 0o604, 0o620])('mode %o', async (mode) => {
    writeConfig(home, {}, mode);
    const { warnings } = await loadConfig({ env: { HOME: home } });
    expect(warnings).toEqual([
      '~/.claude/settings.cc-route.json: others can read or change this file; run: chmod 600 ~/.claude/settings.cc-route.json',
    ]);
  });

  test('the command is fit for a shell', async () => {
    const path = `${home}/it's here.json`;
    await Bun.write(path, '{}');
    const { warnings } = await loadConfig({ env: { HOME: home }, flags: { config: path } });
    expect(warnings[0]).toEndWith(String.raw`run: chmod 600 ~/'it'\''s here.json'`);
  });
});

describe('secrets', () => {
  const SECRETS = [
    'sk-literal-1',
    'sk-from-env-2',
    'header-secret-3',
    'gateway-token-4',
    'env-header-5',
  ];
  const content = {
    modelRoutes: {
      a: { preset: 'deepseek', authToken: 'sk-literal-1', headers: { 'X-Key': 'header-secret-3' } },
      b: { preset: 'deepseek', authToken: '${SOME_KEY}', headers: { 'X-Env': 'k=${OTHER}' } },
    },
    server: { authToken: 'gateway-token-4' },
  };
  const env = { SOME_KEY: 'sk-from-env-2', OTHER: 'env-header-5' };

  test('show in no form of printing a configuration', async () => {
    const config = await loadFrom(home, content, env);
    const printed = [
      JSON.stringify(config),
      JSON.stringify([...config.origins]),
      Bun.inspect(config, { depth: 20 }),
      inspect(config, { depth: 20, showHidden: true }),
      config.warnings.join('\n'),
    ];
    for (const secret of SECRETS) {
      for (const text of printed) expect(text).not.toContain(secret);
    }
    expect(printed[0]).toContain('X-Key');
    expect(config.routes[0]?.headers['X-Key']).toBe('header-secret-3');
  });

  test.each([
    { authToken: ['sk-literal-1'] },
    { authToken: { command: 1, key: 'sk-literal-1' } },
    { authToken: 'sk-literal-1\u0000', alias: 3 },
    { authToken: 'sk-literal-1 ${', headers: { a: 'header-secret-3\n' } },
    { headers: ['header-secret-3'] },
    { headers: { 'X-A': 'header-secret-3\u{1F600}' } },
    { preset: 'sk-literal-1' },
    { wire: 'sk-literal-1' },
    { baseURL: 'https://gateway-token-4:sk-literal-1@host/v1' },
    { baseURL: 'https://host/v1?key=sk-literal-1' },
    { baseURL: 'sk-literal-1' },
    { apiVersion: 'sk-literal-1 ' },
  ])('show in no error: %j', async (keys) => {
    const modelRoutes = { m: { preset: 'deepseek', ...keys, oops: 1 } };
    const error = await failureOf(loadFrom(home, { modelRoutes }));
    for (const text of [error.message, JSON.stringify(error.issues), Bun.inspect(error)]) {
      for (const secret of SECRETS) expect(text).not.toContain(secret);
    }
  });

  test.each([
    '{"authToken": "sk-literal-1',
    '{"authToken": sk-literal-1}',
    '{"authToken": "a" "sk-literal-1"}',
    '{"authToken": "sk-literal-1\\q"}',
    "{'authToken': 'sk-literal-1'}",
  ])('show in no syntax error: %s', async (text) => {
    const error = await failureOf(loadFrom(home, text));
    expect(Bun.inspect(error)).not.toContain('sk-literal-1');
  });
});
