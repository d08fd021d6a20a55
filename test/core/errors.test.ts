import { describe, expect, test } from 'bun:test';
import { ERROR_KINDS, errorEnvelope, GatewayError, type ErrorKind } from '../../src/core/errors.ts';
import { errorResponse } from '../../src/http/error-response.ts';

const kinds = Object.keys(ERROR_KINDS) as ErrorKind[];

/** Anthropic's types and the statuses that belong to them (docs.anthropic.com/en/api/errors). */
const STATUSES: Record<string, number[]> = {
  invalid_request_error: [400, 405, 409],
  authentication_error: [401],
  billing_error: [402],
  permission_error: [403],
  not_found_error: [404],
  request_too_large: [413],
  rate_limit_error: [429],
  timeout_error: [504],
  api_error: [499, 500, 502],
  overloaded_error: [503, 529],
};

describe('the table of error kinds', () => {
  for (const kind of kinds) {
    const rule = new GatewayError(kind, 'm').rule;

    test(`${kind}: status and type go together`, () => {
      expect(STATUSES[rule.type]).toContain(rule.status);
    });

    test(`${kind}: the answer says what the table says`, async () => {
      const error = new GatewayError(kind, 'the message', { retryAfterMs: 1200 });
      for (const client of ['claude-code', 'other'] as const) {
        const response = errorResponse(error, { requestId: 'req_1', client });
        const expected =
          client === 'claude-code' ? (rule.claudeCodeStatus ?? rule.status) : rule.status;
        expect(response.status).toBe(expected);
        expect(response.headers.get('request-id')).toBe('req_1');
        expect(response.headers.get('x-should-retry')).toBe(rule.shouldRetry?.toString() ?? null);
        expect(response.headers.get('retry-after')).toBe('2');
        expect(await response.json()).toEqual(errorEnvelope(error, 'req_1'));
      }
    });
  }

  test('Claude Code never gets a 404, whose text it hides, nor a 401 that it would repeat', () => {
    for (const kind of kinds) {
      const rule = new GatewayError(kind, 'm').rule;
      const seen = rule.claudeCodeStatus ?? rule.status;
      if (rule.status === 404 && kind !== 'unknown_endpoint') expect(seen).toBe(410);
      if (seen === 401) expect(rule.shouldRetry).toBe(false);
    }
  });

  test('what can be tried again on the same target is also worth a fallback', () => {
    for (const kind of kinds) {
      const rule = new GatewayError(kind, 'm').rule;
      if (rule.retry) expect(rule.fallback).toBe(true);
    }
  });
});
