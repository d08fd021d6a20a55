import { loadConfig } from '../../../src/config/load.ts';
import { scanBody } from '../../../src/core/body-scan.ts';
import type { Call } from '../../../src/core/call.ts';
import { Journal } from '../../../src/core/journal.ts';
import { compose, type Handler } from '../../../src/core/policy.ts';
import { createGateway } from '../../../src/gateway/gateway.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { observe } from '../../../src/policies/observe.ts';
import type { Reply, Transport } from '../../../src/upstream/attempt.ts';
import { send } from '../../../src/upstream/send.ts';
import type { Bench } from '../bench.ts';
import { requestContent, type BodyName } from '../requests.ts';

const CASE = 'policies, CPU per request in one process';

/** What is asked, and with which fields besides. `{n}` makes each request another one. */
const KINDS = {
  small: { body: 'small', figure: 'small JSON', extra: {} },
  turn: { body: 'turn', figure: 'turn of 120 kB, streamed', extra: {} },
  kept: { body: 'small', figure: 'small JSON at temperature 0, kept', extra: { temperature: 0 } },
} as const satisfies Record<string, { body: BodyName; figure: string; extra: object }>;

/** Figures that goals refer to; the contenders are `without` and `with`. */
export const POLICIES = Object.values(KINDS).map(
  ({ figure }) => ({ case: CASE, figure, unit: 'µs', compare: 'added' }) as const,
);

const MESSAGE = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
});
const EVENTS = [
  `event: message_start\ndata: {"type":"message_start","message":${MESSAGE}}\n\n`,
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
].join('');

/** An upstream that answers at once, so that nothing is measured but the gateway's own work. */
const upstream: Transport = async ({ headers }) =>
  headers.get('x-bench-stream') === 'true'
    ? new Response(EVENTS, { headers: { 'content-type': 'text/event-stream' } })
    : new Response(MESSAGE, { headers: { 'content-type': 'application/json' } });

/**
 * What all policies together cost a request: the same calls through the whole pipeline, and
 * through one that only observes and sends. Both take turns in the same process.
 */
export async function policies(bench: Bench): Promise<void> {
  const { rounds, requests, warmUps } = bench.effort;
  const pipelines = await bothPipelines(bench);
  for (const [index, { body, figure, extra }] of Object.values(KINDS).entries()) {
    const kind = POLICIES[index];
    if (kind === undefined) continue;
    const run = async (pipeline: Handler<Call, Reply>, count: number): Promise<number> => {
      const calls = Array.from({ length: count }, () => callOf(body, extra));
      // Not the time that passes, in which other programs of the machine run, too.
      const before = process.cpuUsage();
      for (const call of calls) await answered(pipeline, call);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / count;
    };
    await bench.guarded(CASE, figure, async () => {
      bench.say(`${CASE}: ${figure}`);
      for (const [, pipeline] of pipelines) await run(pipeline, warmUps * 30);
      for (let round = 0; round < rounds * 2; round += 1) {
        const order = round % 2 === 0 ? pipelines : pipelines.toReversed();
        for (const [name, pipeline] of order) {
          Bun.gc(true);
          bench.record(kind, name, await run(pipeline, requests * 5));
        }
      }
    });
  }
}

async function bothPipelines({ place }: Bench): Promise<[string, Handler<Call, Reply>][]> {
  const route = { baseURL: 'http://upstream.invalid/anthropic', authToken: 'bench-upstream' };
  const modelRoutes = {
    bench: { ...route, fallback: ['spare'] },
    spare: { ...route, authToken: ['bench-one', 'bench-two'] },
  };
  const rateLimit = { rps: 1_000_000, burst: 1_000_000 };
  const file = place.write('config-policies.json', JSON.stringify({ modelRoutes, rateLimit }));
  const config = await loadConfig({ flags: { config: file }, env: {} });
  const gateway = createGateway(config, { sinks: [], env: {}, transport: upstream });
  const [target] = gateway.table.resolve('bench').targets;
  const deps = { transportFor: () => upstream, clock: systemClock, timeouts: config.timeouts };
  const bare = compose<Call, Reply>([observe([])], (call) =>
    send({ call, target, number: 1, isLate: false, lastResort: true, deadlineAt: Infinity }, deps),
  );
  return [
    ['without', bare],
    ['with', (call) => gateway.handle(call)],
  ];
}

async function answered(pipeline: Handler<Call, Reply>, call: Call): Promise<void> {
  const { body } = await pipeline(call);
  if (body instanceof Uint8Array) return;
  for await (const chunk of body) if (chunk.length === 0) throw new Error('an empty chunk');
}

let count = 0;

/** A call as the endpoint would have made it; no two are alike. */
function callOf(name: BodyName, extra: object): Call {
  count += 1;
  const content = requestContent(name);
  const whole = { ...content.body, ...extra, model: 'bench', seed: count };
  const body = Buffer.from(JSON.stringify(whole));
  const head = scanBody(body);
  return {
    ...head,
    id: 'req_bench',
    endpoint: 'messages',
    body,
    query: '',
    headers: new Headers({ ...content.headers, 'x-bench-stream': String(head.stream) }),
    credential: {},
    client: 'claude-code',
    signal: new AbortController().signal,
    journal: new Journal(systemClock.now),
    json: () => whole as never,
  };
}
