import { describe, expect, test } from 'bun:test';
import { agentOf, sessionOf } from '../../src/core/session.ts';
import { testCall } from '../support/call.ts';
import { recordedRequests } from '../support/fixtures.ts';

const withUser = (user: unknown) => testCall({ metadata: { user_id: user } });

/** Recorded requests have this in place of the real id. */
const RECORDED_SESSION = '00000000-0000-4000-8000-000000000000';

describe('sessionOf', () => {
  for (const { name, body, headers } of recordedRequests.filter((one) => one.body !== undefined)) {
    test(`is the same by header and by body: ${name}`, () => {
      expect(sessionOf(testCall(body, { headers: new Headers(headers) }))).toBe(RECORDED_SESSION);
      if (body?.['metadata'] === undefined) return;
      expect(sessionOf(testCall(body))).toBe(RECORDED_SESSION);
    });
  }

  test("is Claude Code's header", () => {
    const headers = new Headers({ 'x-claude-code-session-id': 'abc' });
    expect(sessionOf(testCall({ metadata: { user_id: 'other' } }, { headers }))).toBe('abc');
  });

  const cases: [name: string, user: unknown, session: string | null][] = [
    ['the session in it', '{"device_id":"d","account_uuid":"","session_id":"s-1"}', 's-1'],
    ['the session in the older form', 'user_0a_account__session_5e55-10', '5e55-10'],
    ["another client's id", 'customer 42', 'customer 42'],
    ['a long id is cut', 'x'.repeat(500), 'x'.repeat(128)],
    ['JSON without a session', '{"a":1}', '{"a":1}'],
    ['a number', 5, null],
    ['nothing', undefined, null],
    ['an empty text', '', null],
  ];
  for (const [name, user, session] of cases) {
    test(`metadata.user_id: ${name}`, () => {
      expect(sessionOf(withUser(user))).toBe(session);
    });
  }

  test('a body without metadata has none', () => {
    expect(sessionOf(testCall())).toBeNull();
    expect(sessionOf(testCall({ metadata: null }))).toBeNull();
  });
});

test('agentOf is the subagent of the header', () => {
  expect(agentOf(testCall())).toBeNull();
  const headers = new Headers({ 'x-claude-code-agent-id': 'agent-1' });
  expect(agentOf(testCall({}, { headers }))).toBe('agent-1');
});
