import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import { guard } from '../../src/http/guard.ts';

const policy = {
  host: '127.0.0.1',
  allowedHosts: ['gateway.example', 'proxy.example:8443'],
  allowedOrigins: ['https://app.example'],
};

function refusal(headers: Record<string, string>, method = 'POST'): string | null {
  try {
    guard(new Request('http://127.0.0.1:3456/v1/messages', { method, headers }), policy);
    return null;
  } catch (error) {
    if (error instanceof GatewayError) return error.kind;
    throw error;
  }
}

describe('guard', () => {
  for (const host of [
    '127.0.0.1:3456',
    'localhost:3456',
    'localhost',
    'LOCALHOST:1',
    '[::1]:3456',
    '127.1.2.3:80',
    'gateway.example',
    'gateway.example:3456',
    'proxy.example:8443',
  ]) {
    test(`lets Host ${host} in`, () => expect(refusal({ host })).toBeNull());
  }

  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:3456',
    'a b',
    'localhost:3456/v1',
    'user@localhost',
    '',
    '10.0.0.1:3456',
    'proxy.example:9',
  ]) {
    test(`refuses Host "${host}"`, () => expect(refusal({ host })).toBe('client_forbidden'));
  }

  test('a page needs an allowed origin', () => {
    const host = 'localhost:3456';
    expect(refusal({ host, origin: 'https://app.example' })).toBeNull();
    for (const origin of [
      'https://evil.example',
      'null',
      'https://app.example.evil',
      'http://app.example',
    ]) {
      expect(refusal({ host, origin })).toBe('client_forbidden');
    }
  });

  test('unusual methods are refused', () => {
    expect(refusal({ host: 'localhost' }, 'PUT')).toBe('method_not_allowed');
    expect(refusal({ host: 'localhost' }, 'PROPFIND')).toBe('method_not_allowed');
  });
});
