import { describe, expect, test } from 'bun:test';
import type { LogFormat, LogLevel } from '../../src/lib/log-level.ts';
import { createLog } from '../../src/telemetry/log.ts';
import type { CallRecord } from '../../src/telemetry/call-record.ts';
import { isWanted, parseLogLine } from '../../src/cli/log-lines.ts';
import { testRecord } from '../support/record.ts';

function logOf(format: LogFormat, level: LogLevel = 'info') {
  const lines: string[] = [];
  const log = createLog({ format, level }, (line) => lines.push(line()));
  return { log, lines };
}

const failed = (message: string, model = 'made-up'): CallRecord =>
  testRecord({
    call: { ...testRecord().call, model },
    target: null,
    result: 'unknown_model',
    status: 404,
    usage: null,
    costUsd: null,
    firstByteMs: null,
    message,
  });

describe('a line for people', () => {
  test('of a call: who, where to, what came of it, how long, how much', () => {
    const { log, lines } = logOf('text');
    log.request(testRecord());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}req_test {2}messages {2}test-model → test\/upstream-model {2}200 {2}complete {2}first 12 ms {2}total 34 ms {2}in 10 \(cache 30 read 40 written\) out 20 {2}\$0\.5000\n$/u,
    );
  });

  test('of a call that failed: a warning with the reason', () => {
    const { log, lines } = logOf('text');
    log.request(failed('No route is named "made-up".'));
    expect(lines[0]).toContain(' warn  req_test  messages  made-up  404  unknown_model');
    expect(lines[0]).toEndWith('  No route is named "made-up".\n');
  });

  test('tells of attempts, the cache and repairs', () => {
    const { log, lines } = logOf('text');
    const target = testRecord().target!;
    const at = { atMs: 0, target };
    log.request(
      testRecord({
        journal: [
          { kind: 'cache', result: 'shared', ...at },
          { kind: 'attempt', ...at },
          { kind: 'attempt', ...at },
          { kind: 'repair', what: 'no stream_options', ...at },
        ],
      }),
    );
    expect(lines[0]).toContain('  from the cache  2 attempts  ');
    expect(lines[0]).toContain('  repaired (no stream_options)');
  });
});

describe('a line for machines', () => {
  test('is one JSON object', () => {
    const { log, lines } = logOf('json');
    log.request(testRecord());
    log.warn('two\nlines "quoted"');
    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
    expect(JSON.parse(lines[0]!)).toEqual({
      time: expect.stringMatching(/Z$/u),
      level: 'info',
      message: 'request',
      id: 'req_test',
      at: expect.stringMatching(/Z$/u),
      endpoint: 'messages',
      model: 'test-model',
      route: 'test-model',
      provider: 'test',
      target: 'test/upstream-model',
      stream: true,
      client: 'claude-code',
      session: 'session-1',
      agent: null,
      status: 200,
      result: 'complete',
      attempts: 0,
      cache: null,
      firstByteMs: 12,
      totalMs: 34,
      usage: { input: 10, output: 20, cacheRead: 30, cacheWrite: 40, thinking: null },
      costUsd: 0.5,
      error: null,
      repairs: [],
    });
    expect(JSON.parse(lines[1]!)).toMatchObject({
      level: 'warn',
      message: 'two\nlines "quoted"',
    });
  });
});

describe('whatever the format', () => {
  for (const format of ['text', 'json'] as const) {
    test(`${format}: no text forges a line or moves a cursor`, () => {
      const { log, lines } = logOf(format);
      const evil = 'x\n2026-01-01T00:00:00Z error  forged\u001b[2J\u009b31m\u2028\r';
      log.request(failed(evil, evil));
      log.error(evil);
      expect(lines).toHaveLength(2);
      for (const line of lines) {
        // oxlint-disable-next-line no-control-regex -- this is what may not be there
        expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u);
      }
    });

    test(`${format}: what looks like a key is taken out`, () => {
      const { log, lines } = logOf(format);
      const key = 'sk-ant-api03-0123456789abcdef';
      log.request(failed(`upstream said: invalid key ${key}`, key));
      log.error(`authorization: Bearer ${key}`);
      expect(lines.join('')).not.toContain('0123456789abcdef');
      expect(lines.join('')).toContain('[redacted]');
    });

    test(`${format}: the level holds, and can be changed while it runs`, () => {
      const { log, lines } = logOf(format, 'warn');
      log.info('no');
      log.request(testRecord());
      expect(lines).toEqual([]);
      log.warn('yes');
      log.configure({ level: 'debug', format });
      log.debug('yes');
      log.request(testRecord());
      log.configure({ level: 'silent', format });
      log.error('no');
      expect(lines).toHaveLength(3);
    });

    test(`${format}: cc-route logs finds lines by id, model, level and time`, () => {
      const { log, lines } = logOf(format);
      log.info('listening');
      log.request(testRecord());
      log.request(failed('unknown'));
      log.error('req_test Error: broken');
      const parsed = lines.map((line) => parseLogLine(line.trimEnd()));
      const found = (filter: Parameters<typeof isWanted>[1]) =>
        parsed.flatMap((line, index) => (isWanted(line, filter) ? [index] : []));
      expect(found({})).toEqual([0, 1, 2, 3]);
      expect(found({ id: 'req_test' })).toEqual([1, 2, 3]);
      expect(found({ model: 'UPSTREAM' })).toEqual([1]);
      expect(found({ model: 'made-up' })).toEqual([2]);
      expect(found({ level: 'warn' })).toEqual([2, 3]);
      expect(found({ level: 'error' })).toEqual([3]);
      expect(found({ since: Date.now() - 60_000 })).toEqual([0, 1, 2, 3]);
      expect(found({ since: Date.now() + 60_000 })).toEqual([]);
    });
  }

  test('what is no line of ours counts as an error', () => {
    const line = parseLogLine('panic: out of memory');
    expect(line).toMatchObject({ time: null, level: 'error', message: 'panic: out of memory' });
  });
});
