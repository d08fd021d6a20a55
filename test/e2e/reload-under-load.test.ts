import { expect, test } from 'bun:test';
import { createGateway } from '../../src/gateway/gateway.ts';
import { testCall } from '../support/call.ts';
import { routeTo } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { configOf } from '../support/gateway-lab.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { text } from '../support/reply.ts';

const CALLS = 10_000;
const CONCURRENCY = 24;
const FLIP_MS = 20;

/** Fails every now and then, in every way that can be made good again. */
function unreliable(upstream: FakeUpstream): void {
  let count = 0;
  upstream.use(() => {
    count += 1;
    if (count % 101 === 0) return { kind: 'error', status: 500, message: 'boom' };
    if (count % 149 === 0) return { kind: 'error', status: 401, message: 'not this key' };
    if (count % 211 === 0) return { kind: 'reset' };
    return text('ok');
  });
}

test(`${CALLS} calls while an alias flips between two providers: each sees its own key only, none fails`, async () => {
  const one = await startFakeUpstream({ wire: 'anthropic-messages' });
  const two = await startFakeUpstream({ wire: 'openai-chat' });
  for (const upstream of [one, two]) unreliable(upstream);
  // A 401 goes to the next route at once; the last one of the chain has no such fault.
  const safe = await startFakeUpstream({ wire: 'anthropic-messages' });
  safe.use(text('ok'));
  const config = (flipped: boolean) =>
    configOf({
      modelRoutes: {
        first: routeTo(one, {
          authToken: 'key-of-one',
          fallback: ['second', 'last'],
          ...(flipped ? {} : { alias: 'it' }),
        }),
        second: routeTo(two, {
          authToken: 'key-of-two',
          fallback: ['first', 'last'],
          ...(flipped ? { alias: 'it' } : {}),
        }),
        last: routeTo(safe, { authToken: 'key-of-safe', fallback: [] }),
      },
      rateLimit: { rps: 0 },
      retry: { baseDelayMs: 5 },
    });
  const configs = [await config(false), await config(true)] as const;
  const results = new Map<string, number>();
  const steps = new Map<string, number>();
  const gateway = createGateway(configs[0], {
    env: {},
    sinks: [
      ({ result, journal }) => {
        results.set(result, (results.get(result) ?? 0) + 1);
        for (const { kind } of journal) steps.set(kind, (steps.get(kind) ?? 0) + 1);
      },
    ],
  });
  let flips = 0;
  const flipping = setInterval(() => {
    flips += 1;
    gateway.reload(configs[flips % 2 === 0 ? 0 : 1]);
  }, FLIP_MS);

  let next = 0;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (next < CALLS) {
      const index = next++;
      const call = testCall(
        { model: 'it', stream: index % 2 === 0, messages: [{ role: 'user', content: `${index}` }] },
        { id: `req_${index}`, clock: systemClock },
      );
      try {
        const reply = await gateway.handle(call);
        const body = await new Response(reply.body as ReadableStream).text();
        if (!body.includes('ok')) failures.push(body);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  clearInterval(flipping);

  const keysOf = ({ requests }: FakeUpstream) => [
    ...new Set(
      requests.map(
        (request) => `${request.header('authorization')} ${request.header('x-api-key')}`,
      ),
    ),
  ];
  const seen = [one, two, safe].map(({ requests }) => requests.length);
  console.log(
    `${flips} reloads; requests upstream: ${seen.join(', ')};`,
    Object.fromEntries(steps),
  );
  expect(failures).toEqual([]);
  expect(Object.fromEntries(results)).toEqual({ complete: CALLS });
  expect(keysOf(one)).toEqual(['Bearer key-of-one null']);
  expect(keysOf(two)).toEqual(['Bearer key-of-two null']);
  expect(keysOf(safe).filter((keys) => keys !== 'Bearer key-of-safe null')).toEqual([]);
  expect(flips).toBeGreaterThan(20);
  expect(Math.min(...seen.slice(0, 2))).toBeGreaterThan(CALLS / 5);
  expect(steps.get('retry')).toBeGreaterThan(50);
  expect(steps.get('fallback')).toBeGreaterThan(30);
  await Promise.all([one, two, safe].map((upstream) => upstream.stop()));
}, 120_000);
