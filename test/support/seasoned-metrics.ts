import { startFakeUpstream } from './fake-upstream.ts';
import { routeTo } from './clauder.ts';
import { startTestServer } from './server.ts';

/** `GET /metrics` of a gateway that has had one request of each kind. */
export async function seasonedMetrics(): Promise<string> {
  await using upstream = await startFakeUpstream({ wire: 'anthropic-messages' });
  await using slow = await startFakeUpstream({ wire: 'openai-chat' });
  await using server = await startTestServer({
    modelRoutes: {
      alpha: { ...routeTo(upstream), pricing: { input: 1, output: 2 }, fallback: ['beta'] },
      beta: { ...routeTo(upstream), fallback: [] },
      gamma: { ...routeTo(slow), fallback: [] },
    },
    retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
    rateLimit: { hosts: { [`127.0.0.1:${slow.port}`]: { rps: 0.001, burst: 1 } } },
  });
  const ask = async (model: string, more: object = {}) =>
    (await server.post({ model, ...more })).text();
  await ask('alpha');
  await ask('alpha', { stream: true });
  // From the cache: a miss, then a hit.
  await ask('alpha', { temperature: 0 });
  await ask('alpha', { temperature: 0 });
  // A retry that succeeds.
  upstream.enqueue({ kind: 'error', status: 500 });
  await ask('alpha');
  // A fallback.
  upstream.enqueue({ kind: 'error', status: 401 });
  await ask('alpha');
  // A failure.
  upstream.enqueue({ kind: 'error', status: 400 });
  await ask('beta');
  // Refused by the rate limit.
  await ask('gamma');
  await ask('gamma');
  await ask('nobody');
  await server.post({ model: 'alpha' }, {}, '/v1/messages/count_tokens');
  await Promise.all(['/health', '/v1/models', '/nothing'].map((path) => server.text(path)));
  return await server.text('/metrics');
}
