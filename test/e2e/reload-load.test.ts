import { expect, test } from 'bun:test';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { routeTo, startGateway } from '../support/clauder.ts';
import { startFakeUpstream, type UpstreamRequest } from '../support/fake-upstream.ts';
import { text, type Reply } from '../support/reply.ts';

/** 10,000 make the whole count. */
const REQUESTS = Number(process.env['CC_ROUTE_TEST_REQUESTS'] ?? 1_000);
const AT_ONCE = 16;
const FLIP_MS = 20;

/** Every 25th request meets a fault, in turn. */
const FAULTS: readonly Reply[] = [
  { kind: 'error', status: 500 },
  { kind: 'error', status: 429, headers: { 'retry-after': '0' } },
  { kind: 'reset' },
  { kind: 'error', status: 529 },
];

/** A provider that knows one key, and fails now and then. */
async function provider(wire: 'anthropic-messages' | 'openai-chat', name: string) {
  let count = 0;
  const strangers: string[] = [];
  const script = (request: UpstreamRequest): Reply => {
    const key = request.header('authorization');
    if (key !== `Bearer key-of-${name}`) strangers.push(String(key));
    count += 1;
    const fault = count % 25 === 0 ? FAULTS[(count / 25) % FAULTS.length] : undefined;
    return fault ?? text(`I am ${name}.`);
  };
  const upstream = await startFakeUpstream({ wire, script });
  return { upstream, name, strangers, route: routeTo(upstream, { authToken: `key-of-${name}` }) };
}

test('an alias flips between two providers, under load and with faults: nobody notices', async () => {
  const one = await provider('anthropic-messages', 'one');
  const two = await provider('openai-chat', 'two');
  const configWith = (first: typeof one, second: typeof one) => ({
    modelRoutes: {
      [first.name]: { ...first.route, alias: 'flip', fallback: [second.name] },
      [second.name]: { ...second.route, fallback: [first.name] },
    },
    retry: { baseDelayMs: 1, maxDelayMs: 20 },
    rateLimit: { rps: 0 },
  });
  await using gateway = await startGateway({ config: configWith(one, two) });
  const file = join(gateway.sandbox.root, 'config.json');

  const ended = new AbortController();
  let flips = 0;
  const flipping = (async () => {
    while (!ended.signal.aborted) {
      flips += 1;
      const config = flips % 2 === 0 ? configWith(one, two) : configWith(two, one);
      writeFileSync(`${file}.new`, JSON.stringify(config));
      renameSync(`${file}.new`, file);
      const reloaded = await fetch(`${gateway.url}/v1/admin/reload`, { method: 'POST' });
      expect(reloaded.status).toBe(200);
      await Bun.sleep(FLIP_MS);
    }
  })();

  const seen = new Map<string, number>();
  let begun = 0;
  const ask = async () => {
    while (begun < REQUESTS) {
      begun += 1;
      const isStream = begun % 2 === 0;
      const response = await fetch(`${gateway.url}/v1/messages`, {
        method: 'POST',
        body: JSON.stringify({
          model: 'flip',
          max_tokens: 9,
          stream: isStream,
          messages: [{ role: 'user', content: `number ${begun}` }],
        }),
      });
      const answer = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} ${answer}`);
      if (isStream) expect(answer).toContain('message_stop');
      const who = response.headers.get('x-cc-route-target') ?? '';
      seen.set(who, (seen.get(who) ?? 0) + 1);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
  } finally {
    ended.abort();
    await flipping;
  }
  console.log(`${REQUESTS} requests, ${flips} flips: ${JSON.stringify(Object.fromEntries(seen))}`);
  expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBe(REQUESTS);
  expect(seen.size).toBe(2);
  expect(flips).toBeGreaterThan(5);
  expect([...one.strangers, ...two.strangers]).toEqual([]);
  expect(gateway.output()).not.toMatch(/ error /u);
  await one.upstream.stop();
  await two.upstream.stop();
}, 120_000);
