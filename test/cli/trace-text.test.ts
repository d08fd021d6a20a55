import { describe, expect, test } from 'bun:test';
import { answerText } from '../../src/cli/trace/answer.ts';
import { timelineText } from '../../src/cli/trace/timeline.ts';
import type { RecentCall, TimelineStep } from '../../src/telemetry/recent-calls.ts';

const step = (
  atMs: number,
  name: TimelineStep['step'],
  details: TimelineStep['details'] = {},
  route = 'MiniMax-M2.5',
): TimelineStep => ({ atMs, step: name, route, target: `minimax/${route}`, details });

const call: RecentCall = {
  id: 'req_1',
  at: '2026-01-31T12:00:00.000Z',
  endpoint: 'messages',
  model: 'mm25',
  route: 'glm-5',
  provider: 'glm',
  target: 'glm/glm-5',
  stream: true,
  client: 'claude-code',
  session: 's',
  agent: null,
  status: 200,
  result: 'complete',
  attempts: 3,
  cache: 'skip',
  firstByteMs: 2_150,
  totalMs: 4_321,
  usage: { input: 2_345, output: 420, cacheRead: 10_000, cacheWrite: 0, thinking: null },
  costUsd: 0.0042,
  error: null,
  timeline: [
    step(0, 'routed', { scenario: null }),
    step(1, 'cache', { result: 'skip' }),
    step(2, 'rate_limited', { waitMs: 120 }),
    step(122, 'attempt'),
    step(812, 'failed', { error: 'rate_limited', status: 429, message: 'slow down' }),
    step(812, 'retry', { delayMs: 500.4 }),
    step(1_312, 'attempt'),
    step(1_400, 'failed', { error: 'unreachable', status: null, message: 'nobody there' }),
    step(1_401, 'fallback', { fromRoute: 'MiniMax-M2.5' }, 'glm-5'),
    step(1_402, 'circuit_open', {}, 'glm-5'),
    step(1_410, 'repair', { what: 'without temperature' }, 'glm-5'),
    step(2_150, 'committed', { status: 200 }, 'glm-5'),
  ],
};

test('a timeline says what happened when, in this order', () => {
  const [head, ...lines] = timelineText(call).split('\n');
  expect(head).toMatch(/^\d\d:\d\d:\d\d {2}mm25 → glm\/glm-5 {2}200 complete {2}req_1$/u);
  expect(lines.map((line) => line.trim())).toEqual([
    '0 ms  routed to MiniMax-M2.5',
    '1 ms  cache: skip',
    '2 ms  the rate limit of minimax/MiniMax-M2.5: 120 ms to wait',
    '122 ms  sent to minimax/MiniMax-M2.5',
    '812 ms  failed: rate_limited 429: slow down',
    '812 ms  again after 500 ms',
    '1.3 s  sent to minimax/MiniMax-M2.5',
    '1.4 s  failed: unreachable: nobody there',
    '1.4 s  falls back from MiniMax-M2.5 to glm-5',
    '1.4 s  passes over minimax/glm-5, which failed too often lately',
    '1.4 s  changed to what minimax/glm-5 takes: without temperature',
    '2.1 s  first byte from minimax/glm-5',
    '4.3 s  complete, 12,345 tokens in (10,000 from cache), 420 out, $0.0042',
  ]);
});

test('scenarios, errors and steps of other versions', () => {
  const failed: RecentCall = {
    ...call,
    status: 401,
    result: 'upstream_unauthorized',
    error: `no ${'x'.repeat(500)}`,
    usage: null,
    costUsd: null,
    target: null,
    timeline: [
      step(0, 'routed', { scenario: 'background' }),
      step(1, 'teleported' as TimelineStep['step'], { far: 1 }),
    ],
  };
  const text = timelineText(failed);
  expect(text).toContain('mm25 → nowhere  401 upstream_unauthorized');
  expect(text).toContain('routed to MiniMax-M2.5 by the scenario background');
  expect(text).toContain('teleported {"far":1}');
  expect(text.split('\n').at(-1)?.length).toBeLessThan(330);
});

describe('the text of an answer', () => {
  test('a whole message', () => {
    const message = {
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'Hello' },
        { type: 'tool_use', name: 'Bash', input: { command: 'ls' } },
      ],
    };
    expect(answerText(JSON.stringify(message))).toBe(
      '[thinking] hm\nHello\n[tool_use] Bash {"command":"ls"}',
    );
  });

  test('a stream, up to its error', () => {
    const events = [
      { type: 'content_block_start', content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Hel' } },
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'lo' } },
      { type: 'content_block_start', content_block: { type: 'tool_use', name: 'Bash' } },
      { type: 'content_block_delta', delta: { partial_json: '{"a":1}' } },
      { type: 'error', error: { type: 'api_error', message: 'it broke' } },
    ];
    const stream = events.map((one) => `event: x\ndata: ${JSON.stringify(one)}\n\n`).join('');
    expect(answerText(stream)).toBe('Hello\n[tool_use] Bash {"a":1}\n[error] it broke');
  });
});
