import { describe, expect, test } from 'bun:test';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { routeTo } from '../support/clauder.ts';
import { seasonedMetrics } from '../support/seasoned-metrics.ts';
import { startTestServer } from '../support/server.ts';

type Sample = { readonly labels: Record<string, string>; readonly value: number };

/** The samples of one metric. */
function samples(text: string, name: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => {
      const labels = Object.fromEntries(
        [...line.matchAll(/(\w+)="([^"]*)"/gu)].map((match) => [match[1], match[2]]),
      );
      return { labels, value: Number(line.slice(line.lastIndexOf(' '))) };
    });
}

describe('GET /metrics', () => {
  test('counts a call, its tokens, its cost and its times', async () => {
    await using upstream = await startFakeUpstream({ wire: 'anthropic-messages' });
    await using server = await startTestServer({
      modelRoutes: {
        alpha: {
          alias: 'a',
          ...routeTo(upstream),
          pricing: { input: 2, output: 10, cacheRead: 0.5 },
        },
      },
    });
    await (await server.post({ model: 'A' })).text();
    await (await server.post({ model: 'alpha', stream: true })).text();
    const text = await server.text('/metrics');
    const [{ labels: target }] = samples(text, 'proxy_cost_usd_total') as [Sample];
    const provider = String(target['provider']);
    expect(samples(text, 'http_requests_total')).toContainEqual({
      labels: { method: 'POST', path: '/v1/messages', provider, model: 'alpha', status: '200' },
      value: 2,
    });
    expect(samples(text, 'http_request_duration_ms_count')).toContainEqual({
      labels: { method: 'POST', path: '/v1/messages', provider, model: 'alpha', status: '200' },
      value: 2,
    });
    const labels = { provider, model: 'alpha' };
    // Each answer: 1523 in, 42 out, 1024 from the prompt cache.
    expect(samples(text, 'proxy_tokens_total')).toEqual([
      { labels: { ...labels, direction: 'input' }, value: 3046 },
      { labels: { ...labels, direction: 'output' }, value: 84 },
    ]);
    expect(samples(text, 'proxy_prompt_cache_tokens_total')).toEqual([
      { labels: { ...labels, operation: 'read' }, value: 2048 },
      { labels: { ...labels, operation: 'write' }, value: 0 },
    ]);
    const cost = samples(text, 'proxy_cost_usd_total')[0]?.value ?? 0;
    expect(cost).toBeCloseTo((2 * (1523 * 2 + 42 * 10 + 1024 * 0.5)) / 1e6, 12);
    expect(samples(text, 'proxy_time_to_first_byte_seconds_count')).toEqual([{ labels, value: 2 }]);
    expect(samples(text, 'proxy_active_requests')).toEqual([{ labels: {}, value: 0 }]);
  });

  test('counts requests that are no calls by the pattern of their path', async () => {
    await using server = await startTestServer();
    await Promise.all(
      ['/health', '/v1/models', '/v1/models/echo', '/v1/models/nobody', '/wp-login.php'].map(
        (path) => server.text(path),
      ),
    );
    await server.post({ model: 'echo' }, {}, '/v1/messages/count_tokens');
    await fetch(`${server.url}/v1/messages`, { method: 'POST', body: 'no JSON' });
    await fetch(`${server.url}/health`, { headers: { origin: 'https://other.example' } });
    const text = await server.text('/metrics');
    const counted = samples(text, 'http_requests_total').map(({ labels, value }) => {
      const { provider, model, method, path, status } = labels;
      return [provider, model, method, path, status, value].join(' ');
    });
    expect(counted.sort()).toEqual(
      [
        'none none GET /health 200 1',
        'none none GET /v1/models 200 1',
        'none none GET /v1/models/* 200 1',
        'none none GET /v1/models/* 404 1',
        'none none GET other 404 1',
        'none none POST /v1/messages 400 1',
        'none none other other 403 1',
        'echo echo POST /v1/messages/count_tokens 200 1',
      ].sort(),
    );
  });

  test('tells failures and their kinds apart', async () => {
    await using upstream = await startFakeUpstream({ wire: 'anthropic-messages' });
    await using server = await startTestServer({
      modelRoutes: { alpha: { ...routeTo(upstream), fallback: [] } },
      retry: { maxAttempts: 1 },
    });
    upstream.enqueue({ kind: 'error', status: 401 });
    await server.post({ model: 'alpha' });
    await server.post({ model: 'nobody' });
    const text = await server.text('/metrics');
    expect(samples(text, 'proxy_failed_calls_total').map(({ labels }) => labels)).toEqual([
      { provider: expect.any(String), model: 'alpha', kind: 'upstream_unauthorized' },
      { provider: 'none', model: 'none', kind: 'unknown_model' },
    ]);
    expect(samples(text, 'proxy_upstream_errors_total').map(({ labels }) => labels.kind)).toEqual([
      'upstream_unauthorized',
    ]);
  });

  test('20,000 made-up names add no series', async () => {
    await using server = await startTestServer();
    const ask = async (index: number): Promise<void> => {
      const made = `made-up-${index}-${'x'.repeat(index % 50)}`;
      await (await server.post({ model: made })).arrayBuffer();
      if (index % 20 === 0) await (await fetch(`${server.url}/${made}`)).arrayBuffer();
      if (index % 20 === 1) await (await fetch(`${server.url}/v1/models/${made}`)).arrayBuffer();
    };
    await ask(0);
    await ask(1);
    const series = async () => {
      const text = await server.text('/metrics');
      expect(text).not.toContain('made-up');
      return text.split('\n').filter((line) => /^(?:http|proxy)_/u.test(line)).length;
    };
    await series();
    const before = await series();
    let next = 2;
    const work = async (): Promise<void> => {
      while (next < 20_000) await ask(next++);
    };
    await Promise.all(Array.from({ length: 50 }, work));
    expect(await series()).toBe(before);
    const total = samples(await server.text('/metrics'), 'http_requests_total').find(
      ({ labels }) => labels['path'] === '/v1/messages',
    );
    expect(total?.value).toBe(20_000);
  }, 60_000);
});

test('after one request of each kind every fixed name is there, with its labels', async () => {
  const text = await seasonedMetrics();
  const request = ['method', 'path', 'provider', 'model', 'status'];
  const fixed: readonly (readonly [name: string, type: string, labels: readonly string[]])[] = [
    ['http_requests_total', 'counter', request],
    ['http_request_duration_ms', 'histogram', request],
    ['proxy_tokens_total', 'counter', ['provider', 'model', 'direction']],
    ['proxy_active_requests', 'gauge', []],
    ['proxy_retries_total', 'counter', ['provider', 'model']],
    ['proxy_fallbacks_total', 'counter', ['from_model', 'to_model']],
    ['proxy_cache_hits_total', 'counter', ['provider', 'model']],
    ['proxy_cache_misses_total', 'counter', ['provider', 'model']],
    ['proxy_rate_limit_blocked_total', 'counter', ['provider']],
    ['process_cpu_seconds_total', 'counter', []],
    ['nodejs_heap_size_used_bytes', 'gauge', []],
  ];
  for (const [name, type, labels] of fixed) {
    expect(text).toContain(`# TYPE ${name} ${type}\n`);
    const found = samples(text, type === 'histogram' ? `${name}_count` : name);
    expect([name, found.length > 0]).toEqual([name, true]);
    for (const sample of found) {
      expect([name, Object.keys(sample.labels)]).toEqual([name, [...labels]]);
      expect([name, sample.value >= 0]).toEqual([name, true]);
    }
  }
  const directions = samples(text, 'proxy_tokens_total').map(({ labels }) => labels['direction']);
  expect(new Set(directions)).toEqual(new Set(['input', 'output']));
  expect(samples(text, 'proxy_fallbacks_total')).toEqual([
    { labels: { from_model: 'alpha', to_model: 'beta' }, value: 1 },
  ]);
  expect(samples(text, 'proxy_retries_total').map(({ value }) => value)).toEqual([1]);
});
