import { describe, expect, test } from 'bun:test';
import type { ConfigFlags } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { failureOf, loadFrom, makeHome, writeConfig } from './support.ts';

const home = makeHome();
const nobody = { HOME: '/nonexistent' };

describe('precedence', () => {
  const file = { server: { port: 1001, host: '127.0.0.2', authToken: 'from-file' } };
  const env = {
    CC_ROUTE_PORT: '1002',
    CC_ROUTE_HOST: '127.0.0.3',
    CC_ROUTE_AUTH_TOKEN: 'from-env',
    CC_ROUTE_LOG_LEVEL: 'DEBUG',
    CC_ROUTE_LOG_FORMAT: 'json',
    CC_ROUTE_STATE_DIR: '/somewhere/state',
  };

  test('defaults', async () => {
    const config = await loadConfig({ env: nobody });
    expect(config).toMatchObject({
      server: {
        port: 3456,
        host: '127.0.0.1',
        authToken: null,
        allowedOrigins: [],
        allowedHosts: [],
      },
      retry: { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 8000 },
      timeouts: { connectMs: 10_000, firstByteMs: 300_000, idleMs: 280_000 },
      cache: {
        maxEntries: 1000,
        maxBytes: 67_108_864,
        ttlMs: 300_000,
        absentTemperature: 'skip',
      },
      rateLimit: { rps: 10, burst: 20, maxWaitMs: 0, hosts: new Map() },
      usage: { retentionDays: 90 },
      budget: { dailyUsd: null, sessionUsd: null, warnAt: 0.8 },
      log: { level: 'info', format: 'text', bodies: false },
    });
    expect(new Set(config.origins.values())).toEqual(new Set(['default']));
    expect([...config.origins.keys()].sort()).toEqual([
      'budget.dailyUsd',
      'budget.sessionUsd',
      'budget.warnAt',
      'cache.absentTemperature',
      'cache.maxBytes',
      'cache.maxEntries',
      'cache.ttlMs',
      'log.bodies',
      'log.format',
      'log.level',
      'rateLimit.burst',
      'rateLimit.maxWaitMs',
      'rateLimit.rps',
      'retry.baseDelayMs',
      'retry.maxAttempts',
      'retry.maxDelayMs',
      'server.allowedHosts',
      'server.allowedOrigins',
      'server.authToken',
      'server.host',
      'server.port',
      'stateDir',
      'timeouts.connectMs',
      'timeouts.firstByteMs',
      'timeouts.idleMs',
      'usage.retentionDays',
    ]);
  });

  test('the file over the defaults', async () => {
    const { server, origins } = await loadFrom(home, file);
    expect(server).toMatchObject({ port: 1001, host: '127.0.0.2' });
    expect(server.authToken !== 'auto' && server.authToken?.reveal()).toBe('from-file');
    expect(origins.get('server.port')).toBe('file');
    expect(origins.get('server.host')).toBe('file');
    expect(origins.get('server.authToken')).toBe('file');
    expect(origins.get('retry.maxAttempts')).toBe('default');
  });

  test('the environment over the file', async () => {
    const { server, origins, log, stateDir } = await loadFrom(home, file, env);
    expect(server).toMatchObject({ port: 1002, host: '127.0.0.3' });
    expect(server.authToken !== 'auto' && server.authToken?.reveal()).toBe('from-env');
    expect(log).toEqual({ level: 'debug', format: 'json', bodies: false });
    expect(stateDir).toBe('/somewhere/state');
    for (const key of [
      'server.port',
      'server.host',
      'server.authToken',
      'log.level',
      'log.format',
      'stateDir',
    ]) {
      expect(origins.get(key)).toBe('environment');
    }
  });

  test('flags over the environment', async () => {
    const flags = { port: 1003, host: '127.0.0.4' };
    const { server, origins } = await loadFrom(home, file, env, { flags });
    expect(server).toMatchObject(flags);
    expect(origins.get('server.port')).toBe('flag');
    expect(origins.get('server.host')).toBe('flag');
    expect(origins.get('server.authToken')).toBe('environment');
  });

  test('--config over CC_ROUTE_CONFIG over the default file', async () => {
    writeConfig(home, { server: { port: 1 } });
    await Bun.write(`${home}/two.json`, '{"server":{"port":2}}');
    await Bun.write(`${home}/three.json`, '{"server":{"port":3}}');
    const load = async (more: Record<string, string>, flags: ConfigFlags = {}) =>
      (await loadConfig({ env: { HOME: home, ...more }, flags })).server.port;
    const named = { CC_ROUTE_CONFIG: `${home}/two.json` };
    expect(await load({})).toBe(1);
    expect(await load({ CC_ROUTE_CONFIG: '' })).toBe(1);
    expect(await load(named)).toBe(2);
    expect(await load(named, { config: `${home}/three.json` })).toBe(3);
  });

  test('empty variables count as unset', async () => {
    const empty = Object.fromEntries(Object.keys(env).map((name) => [name, '']));
    expect((await loadConfig({ env: { ...nobody, ...empty } })).server.port).toBe(3456);
  });

  test('"auto" as token, from either', async () => {
    const fromEnv = await loadConfig({ env: { ...nobody, CC_ROUTE_AUTH_TOKEN: 'auto' } });
    expect(fromEnv.server.authToken).toBe('auto');
    const fromFile = await loadFrom(home, { server: { authToken: 'auto' } });
    expect(fromFile.server.authToken).toBe('auto');
  });
});

describe('wrong variables and flags', () => {
  test.each([
    [{ CC_ROUTE_PORT: 'abc' }, {}, 'CC_ROUTE_PORT: expected a port from 0 to 65535'],
    [{ CC_ROUTE_PORT: '65536' }, {}, 'CC_ROUTE_PORT: expected a port from 0 to 65535'],
    [{ CC_ROUTE_PORT: '-1' }, {}, 'CC_ROUTE_PORT: expected a port from 0 to 65535'],
    [{}, { port: NaN }, '--port: expected a port from 0 to 65535'],
    [{}, { port: 70_000 }, '--port: expected a port from 0 to 65535'],
    [{ CC_ROUTE_HOST: 'a:80' }, {}, 'CC_ROUTE_HOST: must not have a port'],
    [{}, { host: '' }, '--host: is no valid host name or IP address'],
    [
      { CC_ROUTE_LOG_LEVEL: 'wran' },
      {},
      'CC_ROUTE_LOG_LEVEL: unknown level "wran"; did you mean "warn"?',
    ],
    [
      { CC_ROUTE_AUTH_TOKEN: 'a b' },
      {},
      'CC_ROUTE_AUTH_TOKEN: holds a character that no token can have; use visible ASCII without spaces',
    ],
  ])('%j %j', async (env, flags, expected) => {
    const error = await failureOf(loadConfig({ env: { ...nobody, ...env }, flags }));
    expect(error.message).toBe(expected);
  });

  test('one that a stronger layer replaces does no harm', async () => {
    const env = { ...nobody, CC_ROUTE_PORT: 'abc' };
    expect((await loadConfig({ env, flags: { port: 1 } })).server.port).toBe(1);
  });
});

describe('other addresses than loopback', () => {
  const reason = 'other machines could use your keys through this address; set server.authToken';

  test.each(['0.0.0.0', '::', '[::]', '192.168.1.5', 'example.com', '::ffff:10.0.0.1'])(
    '%s is refused without a token',
    async (host) => {
      const inFile = await failureOf(loadFrom(home, { server: { host } }));
      expect(inFile.message).toStartWith(
        `~/.claude/settings.cc-route.json:3:13  server.host: ${reason}`,
      );
      const inEnv = await failureOf(loadConfig({ env: { ...nobody, CC_ROUTE_HOST: host } }));
      expect(inEnv.message).toStartWith(`CC_ROUTE_HOST: ${reason}`);
      const byFlag = await failureOf(loadConfig({ env: nobody, flags: { host } }));
      expect(byFlag.message).toStartWith(`--host: ${reason}`);
    },
  );

  test.each(['127.0.0.1', '127.8.8.8', 'localhost', 'LOCALHOST', '::1', '[::1]'])(
    '%s needs none',
    async (host) => {
      const config = await loadConfig({ env: nobody, flags: { host } });
      expect(config.server.host).toBe(host.toLowerCase().replaceAll(/[[\]]/g, ''));
    },
  );

  test('with a token they are taken, with a word on allowedHosts', async () => {
    const env = { ...nobody, CC_ROUTE_AUTH_TOKEN: 'secret-token' };
    const config = await loadConfig({ env, flags: { host: '0.0.0.0' } });
    expect(config.server.host).toBe('0.0.0.0');
    expect(config.warnings).toEqual([
      '--host: clients that use another name than localhost are refused until server.allowedHosts holds it',
    ]);
    const named = await loadFrom(home, {
      server: { host: '0.0.0.0', authToken: 'auto', allowedHosts: ['Gateway.Example.com', '::5'] },
    });
    expect(named.server.allowedHosts).toEqual(['gateway.example.com', '[::5]']);
    expect(named.warnings).toEqual([]);
  });

  test('a token whose variable is unset leaves nothing open', async () => {
    const error = await failureOf(
      loadFrom(home, { server: { host: '0.0.0.0', authToken: '${GATEWAY_TOKEN}' } }),
    );
    expect(error.message).toEndWith(
      "server.authToken: GATEWAY_TOKEN is not set in the gateway's environment",
    );
  });
});

test('origins are normalised as browsers send them', async () => {
  const { server } = await loadFrom(home, {
    server: {
      allowedOrigins: [
        'HTTPS://App.Example.com:443/',
        'http://localhost:5173',
        'vscode-webview://Abc',
      ],
    },
  });
  expect(server.allowedOrigins).toEqual([
    'https://app.example.com',
    'http://localhost:5173',
    'vscode-webview://abc',
  ]);
});
