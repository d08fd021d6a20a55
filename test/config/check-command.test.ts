import { describe, expect, test } from 'bun:test';
import { chmodSync } from 'node:fs';
import { checkConfig } from '../../src/cli/commands/config-check.ts';
import type { ProviderSpec } from '../../src/providers/spec.ts';
import { makeHome, writeConfig } from './support.ts';

const home = makeHome();
const providers: readonly ProviderSpec[] = ['one', 'two'].map((name) => ({
  name,
  label: name,
  keyVariable: `${name.toUpperCase()}_KEY`,
  defaultWire: 'openai-chat',
  endpoints: { 'openai-chat': { auth: 'bearer', baseURL: `https://${name}.test/v1` } },
}));

const check = (env: Record<string, string> = {}, json = false, port?: number) =>
  checkConfig({
    json,
    providers,
    env: { HOME: home, ...env },
    flags: port === undefined ? {} : { port },
  });

const content = {
  modelRoutes: {
    a: { preset: 'one', alias: ['x', 'y'] },
    b: { preset: 'two' },
    c: { baseURL: 'http://127.0.0.1:8000/v1', authToken: 'sk-very-secret' },
    d: { preset: 'two', authToken: { command: 'pass show sk-very-secret' } },
    e: { preset: 'two', authToken: '${NOT_THERE}' },
    f: { preset: 'two', authToken: ['${ONE_KEY}', 'sk-very-secret', { command: 'x' }] },
  },
  server: { authToken: 'sk-very-secret', host: '127.0.0.5' },
};
const env = { ONE_KEY: 'sk-very-secret', CC_ROUTE_LOG_LEVEL: 'warn' };

describe('cc-route config check', () => {
  test('without a file', async () => {
    const { stdout, stderr, exitCode } = await check();
    expect(Bun.stripANSI(stdout)).toStartWith('OK  no configuration file\n');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  test('shows each value and where it came from, and no secret', async () => {
    chmodSync(writeConfig(home, content), 0o644);
    const { stdout, stderr, exitCode } = await check(env, false, 99);
    expect(exitCode).toBe(0);
    const cells = Bun.stripANSI(stdout)
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(cells[0]).toEqual(['OK', '~/.claude/settings.cc-route.json']);
    for (const row of [
      ['setting', 'value', 'from'],
      ['server.port', '99', '--port'],
      ['server.host', '127.0.0.5', 'file'],
      ['server.authToken', '(hidden)', 'file'],
      ['server.allowedHosts', 'none', 'default'],
      ['retry.maxAttempts', '3', 'default'],
      ['log.level', 'warn', 'CC_ROUTE_LOG_LEVEL'],
      ['route', 'alias', 'provider', 'key'],
      ['a', 'x, y', 'one', 'from ONE_KEY'],
      ['b', '-', 'two', 'missing: TWO_KEY is not set'],
      ['c', '-', 'http://127.0.0.1:8000/v1', 'from the configuration file'],
      ['d', '-', 'two', 'from a command'],
      ['f', '-', 'two', '3, from ONE_KEY, the configuration file, a command'],
      ['e', '-', 'two', "missing: NOT_THERE is not set in the gateway's environment"],
    ]) {
      expect(cells).toContainEqual(row);
    }
    expect(stderr.split('\n')).toEqual([
      "warning  modelRoutes.e.authToken: NOT_THERE is not set in the gateway's environment; this route can't be used",
      expect.stringContaining('run: chmod 600 ~/.claude/settings.cc-route.json'),
      '',
    ]);
    expect(stdout + stderr).not.toContain('sk-very-secret');
  });

  test('shows the scenarios that have routes', async () => {
    const modelRoutes = { a: { preset: 'one', alias: 'x' } };
    writeConfig(home, { modelRoutes, scenarios: { think: 'x', longContext: ['a'] } });
    const { stdout } = await check(env);
    const cells = Bun.stripANSI(stdout)
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(cells).toContainEqual(['think', 'a', '-']);
    expect(cells).toContainEqual(['longContext', 'a', '60,000 tokens']);
    const json = JSON.parse((await check(env, true)).stdout);
    expect(json.scenarios).toMatchObject({ think: ['a'], longContext: { routes: ['a'] } });
  });

  test('the same as JSON', async () => {
    writeConfig(home, content);
    const { stdout, stderr, exitCode } = await check(env, true);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('sk-very-secret');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ ok: true, file: `${home}/.claude/settings.cc-route.json` });
    expect(report.settings).toContainEqual({ key: 'server.port', value: 3456, from: 'default' });
    expect(report.routes[1]).toEqual({
      name: 'b',
      aliases: [],
      provider: 'two',
      key: 'missing: TWO_KEY is not set',
      usable: false,
    });
    expect(report.warnings).toHaveLength(1);
  });

  test('errors go to stderr, one a line, with exit code 1', async () => {
    writeConfig(home, { server: { prot: 1 }, retrys: {} });
    const { stdout, stderr, exitCode } = await check();
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'error  ~/.claude/settings.cc-route.json:3:5  server.prot: unknown key; did you mean "port"?\n' +
        'error  ~/.claude/settings.cc-route.json:5:3  retrys: unknown key; did you mean "retry"?\n',
    );
    const asJson = await check({}, true);
    expect(asJson.exitCode).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      ok: false,
      errors: [
        { path: 'server.prot', line: 3, column: 5 },
        { path: 'retrys', line: 5, column: 3 },
      ],
    });
  });
});
