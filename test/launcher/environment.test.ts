import { describe, expect, test } from 'bun:test';
import { PLACEHOLDER_CREDENTIAL } from '../../src/core/control.ts';
import { planConnection, type ConnectionFacts } from '../../src/launcher/environment.ts';

const connect = (facts: Partial<ConnectionFacts>) =>
  planConnection({
    address: 'http://127.0.0.1:3456',
    clientToken: null,
    env: {},
    isLoggedIn: false,
    keyAnswers: { approved: [], rejected: [] },
    isPrint: true,
    hasModelPicker: true,
    ...facts,
  });
const variables = (facts: Partial<ConnectionFacts>) => connect(facts).variables;
const credentials = (facts: Partial<ConnectionFacts>) => {
  const { ANTHROPIC_AUTH_TOKEN: token, ANTHROPIC_API_KEY: key } = variables(facts);
  return { token, key };
};
const untouched = { token: undefined, key: undefined };

test('without any credential a stand-in is given, never as an API key', () => {
  expect(credentials({})).toEqual({ token: PLACEHOLDER_CREDENTIAL, key: undefined });
  expect(credentials({ env: { ANTHROPIC_API_KEY: '' } }).token).toBe(PLACEHOLDER_CREDENTIAL);
});

test.each([
  [{ ANTHROPIC_API_KEY: 'k' }],
  [{ ANTHROPIC_AUTH_TOKEN: 't' }],
  [{ CLAUDE_CODE_OAUTH_TOKEN: 'o' }],
  [{ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'https://api.anthropic.com' }],
  [{ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://127.0.0.1:3456', CC_ROUTE_DEPTH: '1' }],
])('the credential of %p stays as it is', (env) => {
  expect(credentials({ env })).toEqual(untouched);
});

describe('a key in the environment, in a terminal', () => {
  const env = { ANTHROPIC_API_KEY: 'sk-ant-api03-of-the-user-0123456789' };
  const end = 'the-user-0123456789';
  const inTerminal = (facts: Partial<ConnectionFacts> = {}) =>
    connect({ env, isPrint: false, ...facts });

  test('goes past the question whether it may be used, in a header of its own', () => {
    const { variables, hasCredential, isSecret } = inTerminal();
    expect(variables).toMatchObject({
      ANTHROPIC_API_KEY: '',
      ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_CREDENTIAL,
      ANTHROPIC_CUSTOM_HEADERS: `x-api-key: ${env.ANTHROPIC_API_KEY}`,
    });
    expect([hasCredential, isSecret]).toEqual([true, true]);
  });

  test('stays where it is once the user has approved of it', () => {
    const approved = inTerminal({ keyAnswers: { approved: [end], rejected: [] } });
    expect(approved.variables).not.toHaveProperty('ANTHROPIC_API_KEY');
    expect(approved).toMatchObject({ hasCredential: true, isSecret: false });
  });

  test('is used for nothing once the user has declined it', () => {
    const declined = inTerminal({ keyAnswers: { approved: [], rejected: [end] } });
    expect(declined.variables).toMatchObject({
      ANTHROPIC_API_KEY: '',
      ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_CREDENTIAL,
    });
    expect(JSON.stringify(declined)).not.toContain(end);
    expect(declined.hasCredential).toBe(false);
  });

  test('beside a login or a token is the user’s own matter', () => {
    for (const more of [{ isLoggedIn: true }, { env: { ...env, ANTHROPIC_AUTH_TOKEN: 't' } }]) {
      expect(inTerminal(more).variables).not.toHaveProperty('ANTHROPIC_API_KEY');
    }
  });

  test('reaches a session within the session', () => {
    const { variables } = inTerminal();
    const inner = connect({ env: { ...variables, CC_ROUTE_DEPTH: '1' }, isPrint: false });
    expect(inner.hasCredential).toBe(true);
  });
});

test('a login stays as it is', () => {
  expect(credentials({ isLoggedIn: true })).toEqual(untouched);
});

test.each([
  'https://api.deepseek.com/anthropic',
  'https://api.anthropic.com.evil.example',
  'https://evilanthropic.com',
  'http://127.0.0.1:3456',
  'not an address',
])("a key beside the address %s is not for Anthropic's eyes", (address) => {
  const env = { ANTHROPIC_BASE_URL: address, ANTHROPIC_API_KEY: 'k', ANTHROPIC_AUTH_TOKEN: 't' };
  expect(credentials({ env })).toEqual({ token: PLACEHOLDER_CREDENTIAL, key: '' });
  expect(credentials({ env, isLoggedIn: true })).toEqual({ token: '', key: '' });
});

test('the stand-in of an outer session is no credential', () => {
  const env = { ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_CREDENTIAL, CC_ROUTE_DEPTH: '1' };
  expect(credentials({ env }).token).toBe(PLACEHOLDER_CREDENTIAL);
});

test("the gateway's token goes behind the user's own headers, once", () => {
  const headers = (own?: string) =>
    variables({
      clientToken: 'new',
      env: own === undefined ? {} : { ANTHROPIC_CUSTOM_HEADERS: own },
    })['ANTHROPIC_CUSTOM_HEADERS'];
  expect(headers()).toBe('x-cc-route-token: new');
  expect(headers('X-A: 1\nX-B: 2')).toBe('X-A: 1\nX-B: 2\nx-cc-route-token: new');
  expect(headers('X-CC-Route-Token: old\nX-A: 1\n')).toBe('X-A: 1\nx-cc-route-token: new');
});

test('model discovery is on where the picker takes no rows, unless the user said something', () => {
  const name = 'CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY';
  expect(variables({ hasModelPicker: false })[name]).toBe('1');
  expect(variables({ hasModelPicker: null })[name]).toBe('1');
  expect(variables({ hasModelPicker: true })).not.toHaveProperty(name);
  expect(variables({ hasModelPicker: false, env: { [name]: '0' } })).not.toHaveProperty(name);
});

test('behind a proxy, loopback is excepted', () => {
  const noProxy = (env: Record<string, string>) => variables({ env })['NO_PROXY'];
  expect(noProxy({})).toBeUndefined();
  expect(noProxy({ https_proxy: 'http://p' })).toBe('127.0.0.1,localhost,::1');
  expect(noProxy({ HTTP_PROXY: 'http://p', NO_PROXY: 'a, localhost' })).toBe(
    'a,localhost,127.0.0.1,::1',
  );
  expect(noProxy({ HTTP_PROXY: 'http://p', no_proxy: '*' })).toBeUndefined();
});
