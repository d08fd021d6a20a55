import { expect, test } from 'bun:test';
import { loadConfig } from '../../src/config/load.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import { routedTo, type CallRecord } from '../../src/telemetry/call-record.ts';
import type { Transport } from '../../src/upstream/attempt.ts';
import { testCall } from '../support/call.ts';
import { createSandbox } from '../support/sandbox.ts';

const MESSAGE = {
  type: 'message',
  content: [{ type: 'text', text: 'hi' }],
  usage: { input_tokens: 3, output_tokens: 4, cache_read_input_tokens: 5 },
};

async function gatewayWith(transport: Transport) {
  using sandbox = createSandbox();
  const config = sandbox.write(
    'config.json',
    JSON.stringify({
      modelRoutes: {
        alpha: { alias: 'a', baseURL: 'http://127.0.0.1:9/anthropic', authToken: 'k' },
        beta: { baseURL: 'http://127.0.0.1:9/v1', authToken: 'k', fallback: [] },
      },
      retry: { maxAttempts: 1 },
    }),
  );
  const env = { HOME: sandbox.home };
  const records: CallRecord[] = [];
  const gateway = createGateway(await loadConfig({ flags: { config }, env }), {
    sinks: [(record) => records.push(record)],
    env,
    transport,
  });
  return { gateway, records };
}

test('a call that was answered', async () => {
  const { gateway, records } = await gatewayWith(async () => Response.json(MESSAGE));
  const headers = new Headers({
    'x-claude-code-session-id': 'session-1',
    'x-claude-code-agent-id': 'agent-1',
  });
  const reply = await gateway.handle(testCall({ model: 'A' }, { headers }));
  await reply.outcome;
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    call: { model: 'A', endpoint: 'messages', session: 'session-1', agent: 'agent-1' },
    result: 'complete',
    status: 200,
    usage: { inputTokens: 3, outputTokens: 4, cacheReadTokens: 5, cacheWriteTokens: 0 },
  });
  expect(records[0]!.target?.route).toBe('alpha');
  expect(Math.abs(Date.now() - records[0]!.startedAt)).toBeLessThan(60_000);
  expect(records[0]!.journal.map(({ kind }) => kind)).toEqual(['routed', 'attempt', 'committed']);
});

test("a call that failed has the route it was meant for, and the client's own status", async () => {
  const refusal = { type: 'error', error: { type: 'not_found_error', message: 'no such model' } };
  const { gateway, records } = await gatewayWith(async () =>
    Response.json(refusal, { status: 404 }),
  );
  for (const client of ['other', 'claude-code'] as const) {
    const failing = gateway.handle(testCall({ model: 'alpha' }, { client }));
    expect(await failing.then(null, (error: Error) => error.message)).toContain('no such model');
  }
  expect(records.map(({ status, result, target }) => [status, result, target])).toEqual([
    [404, 'upstream_unknown_model', null],
    [410, 'upstream_unknown_model', null],
  ]);
  expect(routedTo(records[0]!)?.route).toBe('alpha');
});

test('a name that leads nowhere is recorded without a route', async () => {
  const { gateway, records } = await gatewayWith(async () => Response.json(MESSAGE));
  for (const endpoint of ['messages', 'count_tokens'] as const) {
    await gateway.handle(testCall({ model: 'nobody' }, { endpoint })).catch(() => null);
  }
  expect(records.map(({ result, status }) => [result, status])).toEqual([
    ['unknown_model', 404],
    ['unknown_model', 404],
  ]);
  expect(routedTo(records[0]!)).toBeNull();
});

test('a count of tokens is recorded, whoever counted', async () => {
  const { gateway, records } = await gatewayWith(async () =>
    Response.json({ error: 'not found' }, { status: 404 }),
  );
  for (const model of ['alpha', 'beta']) {
    const reply = await gateway.handle(testCall({ model }, { endpoint: 'count_tokens' }));
    const { input_tokens } = JSON.parse(Buffer.from(reply.body as Uint8Array).toString());
    expect(input_tokens).toBeGreaterThan(0);
    await reply.outcome;
  }
  expect(records.map(({ status, result, usage }) => [status, result, usage])).toEqual([
    [200, 'complete', null],
    [200, 'complete', null],
  ]);
  // The first one was asked for upstream, the second one's wire format has no such endpoint.
  expect(records.map(({ journal }) => journal.some(({ kind }) => kind === 'attempt'))).toEqual([
    true,
    false,
  ]);
});
