import type { Config } from '../config/config.ts';
import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Handler } from '../core/policy.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { CallSink } from '../telemetry/call-record.ts';
import type { Reply, Transport } from '../upstream/attempt.ts';
import { echoTransport } from '../upstream/echo/index.ts';
import { networkTransport } from '../upstream/network.ts';
import { estimateTokens } from '../wire/estimate-tokens.ts';
import { wireFormat } from '../wire/index.ts';
import { createPipeline } from './pipeline.ts';
import { RouteTable } from './resolve.ts';
import { buildRoutes, type Environment } from './routes.ts';

export interface GatewayDeps {
  /** Get a record of every call. */
  readonly sinks: readonly CallSink[];
  readonly env: Environment;
  readonly clock?: Clock;
  /** In place of the network, for tests. */
  readonly transport?: Transport;
}

/** Everything that a request reads of the configuration, as it was when the request came. */
interface Snapshot {
  readonly config: Config;
  readonly table: RouteTable;
  readonly run: Handler<Call, Reply>;
}

export interface Gateway {
  /** @throws GatewayError */
  handle(call: Call): Promise<Reply>;
  readonly config: Config;
  readonly table: RouteTable;
  /** Later calls use the new configuration; those under way keep theirs. */
  reload(config: Config): void;
}

export function createGateway(config: Config, deps: GatewayDeps): Gateway {
  const { sinks, env, clock = systemClock, transport: network = networkTransport } = deps;
  const echo = echoTransport(clock);
  const makeSnapshot = (next: Config): Snapshot => {
    const table = new RouteTable(buildRoutes(next, env));
    const run = createPipeline({
      table,
      clock,
      sinks,
      timeouts: next.timeouts,
      transportFor: (provider) => (provider.builtIn === true ? echo : network),
    });
    return { config: next, table, run };
  };
  let snapshot = makeSnapshot(config);
  return {
    get config() {
      return snapshot.config;
    },
    get table() {
      return snapshot.table;
    },
    reload(next) {
      snapshot = makeSnapshot(next);
    },
    handle: (call) =>
      call.endpoint === 'count_tokens' ? countTokens(call, snapshot) : snapshot.run(call),
  };
}

/** The upstream's own count where it has one, else an estimate; never 0. */
async function countTokens(call: Call, { table, run }: Snapshot): Promise<Reply> {
  const [target] = table.resolve(call.model).targets;
  if (wireFormat(target.wire).countsTokens) {
    try {
      return await run(call);
    } catch (error) {
      // Several compatible services have no such endpoint.
      const status = error instanceof GatewayError ? error.upstreamStatus : undefined;
      if (status !== 404 && status !== 405 && status !== 501) throw error;
    }
  }
  return {
    status: 200,
    headers: new Headers({ 'content-type': 'application/json' }),
    body: Buffer.from(JSON.stringify({ input_tokens: estimateTokens(call.json()) })),
    target,
    outcome: Promise.resolve({ result: 'complete', usage: null }),
  };
}
