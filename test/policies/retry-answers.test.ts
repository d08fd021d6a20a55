import { describe, expect, test } from 'bun:test';
import { errorResponse } from '../../src/http/error-response.ts';
import { gatewayLab, routeAt, type Asked } from '../support/gateway-lab.ts';

/** What the headers of an upstream's error answer make of it, through the whole gateway. */
const refuse = (status: number, headers: Record<string, string>) =>
  Response.json({ type: 'error', error: { type: 'x', message: 'no' } }, { status, headers });

const WIRES = {
  'anthropic-messages': {},
  'openai-chat': { baseURL: 'http://a.test/v1' },
};

/** An upstream that answers like this once, and then well. */
async function after(answer: Response, route: object, retry: object = {}) {
  const lab = await gatewayLab({
    modelRoutes: { alpha: routeAt('a', { fallback: [], ...route }) },
    retry,
  });
  lab.answer('a', () => (lab.sent.length === 1 ? answer : 200));
  return { lab, asked: await lab.ask('alpha') };
}

const answerTo = ({ error }: Asked) =>
  errorResponse(error!, { requestId: 'req_1', client: 'claude-code' });

describe.each(Object.entries(WIRES))('%s', (_, route) => {
  test.each([
    ['retry-after in seconds', { 'retry-after': '3' }, 3000],
    ['retry-after-ms', { 'retry-after-ms': '1234', 'retry-after': '9' }, 1234],
    [
      'retry-after as a date',
      { date: 'Mon, 23 Nov 2026 12:00:00 GMT', 'retry-after': 'Mon, 23 Nov 2026 12:00:05 GMT' },
      5000,
    ],
  ])('%s is waited for', async (_name, headers, ms) => {
    const { asked, lab } = await after(refuse(429, headers), route);
    expect(asked.status).toBe(200);
    expect(lab.sent[1]?.at).toBe(ms);
  });

  test('one beyond maxDelayMs is passed on to the client', async () => {
    const { asked, lab } = await after(refuse(429, { 'retry-after': '120' }), route);
    expect(lab.sent).toHaveLength(1);
    expect(asked.tookMs).toBe(0);
    const response = answerTo(asked);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '120']);
    expect(response.headers.get('x-should-retry')).toBeNull();
  });

  test('x-should-retry: false ends it, and the client hears of it', async () => {
    const { asked, lab } = await after(refuse(529, { 'x-should-retry': 'false' }), route);
    expect(lab.sent).toHaveLength(1);
    expect(answerTo(asked).headers.get('x-should-retry')).toBe('false');
  });

  test('x-should-retry: true makes a retry of what would have none', async () => {
    const { asked, lab } = await after(refuse(400, { 'x-should-retry': 'true' }), route);
    expect([asked.status, lab.sent.length]).toEqual([200, 2]);
  });

  test('a good answer that turns out to be an error is tried again', async () => {
    const disguised = Response.json({
      type: 'error',
      error: { type: 'overloaded_error', message: 'all busy' },
    });
    const { asked, lab } = await after(disguised, route);
    expect([asked.status, lab.sent.length]).toEqual([200, 2]);
    expect(lab.records[0]?.journal.map(({ kind }) => kind)).toEqual([
      'routed',
      'attempt',
      'failed',
      'retry',
      'attempt',
      'committed',
    ]);
  });

  test('what is given up leaves the next try to the client, unless it is in vain', async () => {
    for (const [status, shouldRetry] of [
      [500, null],
      [503, null],
      [529, null],
      [401, 'false'],
      [402, 'false'],
    ] as const) {
      const { asked } = await after(refuse(status, {}), route, { maxAttempts: 1 });
      expect(answerTo(asked).headers.get('x-should-retry')).toBe(shouldRetry);
    }
  });
});
