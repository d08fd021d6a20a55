import type { CallRecord } from '../../src/telemetry/call-record.ts';
import { testTarget } from './target.ts';

/** A call that was answered, as it is recorded. */
export function testRecord(changes: Partial<CallRecord> = {}): CallRecord {
  return {
    call: {
      id: 'req_test',
      endpoint: 'messages',
      model: 'test-model',
      stream: true,
      client: 'claude-code',
      session: 'session-1',
      agent: null,
    },
    startedAt: Date.now(),
    target: testTarget(),
    result: 'complete',
    status: 200,
    usage: { inputTokens: 10, outputTokens: 20, cacheReadTokens: 30, cacheWriteTokens: 40 },
    costUsd: 0.5,
    firstByteMs: 12,
    totalMs: 34,
    journal: [],
    ...changes,
  };
}
