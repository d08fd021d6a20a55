import { describe, expect, test } from 'bun:test';
import { ConfigError } from '../../src/config/config-error.ts';
import { limitOf } from '../../src/config/rate-limits.ts';
import { checkConfig } from '../../src/cli/commands/config-check.ts';
import { loadFrom, makeHome } from './support.ts';

const home = makeHome();
const limits = async (file: object, env: Record<string, string> = {}) =>
  (await loadFrom(home, { rateLimit: file }, env)).rateLimit;

describe('the limit of a host', () => {
  test('is 10 per second and 20 at once where nobody says otherwise', async () => {
    expect(limitOf(await limits({}), 'api.test')).toEqual({ rps: 10, burst: 20 });
  });

  test('file, then environment, then the host in the file, then the host in the environment', async () => {
    const file = { rps: 1, burst: 2, hosts: { 'api.deep-seek.com': { rps: 3 } } };
    const env = {
      CC_RATE_LIMIT_RPS: '5',
      CC_RATE_LIMIT_PROVIDER_API_DEEP_SEEK_COM_BURST: '7',
      CC_RATE_LIMIT_PROVIDER_127_0_0_1_RPS: '0.5',
      CC_RATE_LIMIT_PROVIDER_127_0_0_1_8000_RPS: '9',
    };
    const both = await limits(file, env);
    expect(limitOf(await limits(file), 'other.test')).toEqual({ rps: 1, burst: 2 });
    expect(limitOf(both, 'other.test')).toEqual({ rps: 5, burst: 2 });
    expect(limitOf(both, 'api.deep-seek.com')).toEqual({ rps: 3, burst: 7 });
    expect(limitOf(both, '127.0.0.1:1234')).toEqual({ rps: 0.5, burst: 2 });
    expect(limitOf(both, '127.0.0.1:8000')).toEqual({ rps: 9, burst: 2 });
  });

  test('0 means none, also for one host alone', async () => {
    expect(limitOf(await limits({ rps: 0 }), 'a.test')).toBeNull();
    expect(limitOf(await limits({}, { CC_RATE_LIMIT_RPS: '0' }), 'a.test')).toBeNull();
    const one = await limits({ hosts: { '[::1]:11434': { rps: 0 } } });
    expect(limitOf(one, '[::1]:11434')).toBeNull();
    expect(limitOf(one, 'a.test')).not.toBeNull();
  });

  test.each([
    ['CC_RATE_LIMIT_RPS', 'fast', 'expected a number, 0 for no limit'],
    ['CC_RATE_LIMIT_RPS', '-1', 'expected a number, 0 for no limit'],
    ['CC_RATE_LIMIT_BURST', '0', 'expected a whole number of at least 1'],
    ['CC_RATE_LIMIT_PROVIDER_A_BURST', '1.5', 'expected a whole number of at least 1'],
  ])('%s=%s is an error', async (name, value, message) => {
    const error = await limits({}, { [name]: value }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).issues).toEqual([{ path: name, message, source: 'environment' }]);
  });

  test('config check says where each came from', async () => {
    await limits({ hosts: { 'a.test': { rps: 2 } } });
    const env = { HOME: home, CC_RATE_LIMIT_BURST: '4', CC_RATE_LIMIT_PROVIDER_B_TEST_RPS: '6' };
    const { stdout } = await checkConfig({ json: true, env });
    const { settings } = JSON.parse(stdout) as { settings: { key: string }[] };
    expect(settings.filter(({ key }) => key.startsWith('rateLimit'))).toEqual([
      { key: 'rateLimit.rps', value: 10, from: 'default' },
      { key: 'rateLimit.burst', value: 4, from: 'CC_RATE_LIMIT_BURST' },
      { key: 'rateLimit.maxWaitMs', value: 0, from: 'default' },
      { key: 'rateLimit.hosts.A_TEST.rps', value: 2, from: 'file' },
      { key: 'rateLimit.hosts.B_TEST.rps', value: 6, from: 'CC_RATE_LIMIT_PROVIDER_B_TEST_RPS' },
    ] as never);
  });
});
