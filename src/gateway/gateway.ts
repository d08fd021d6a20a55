import type { Config } from '../config/config.ts';
import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Handler } from '../core/policy.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { RequestLog } from '../telemetry/log.ts';
import type { Reply, Transport } from '../upstream/attempt.ts';
import { echoTransport } from '../upstream/echo/index.ts';
import { networkTransport } from '../upstream/network.ts';
import { estimateTokens } from '../wire/estimate-tokens.ts';
import { wireFormat } from '../wire/index.ts';
import { createPipeline, type RoutedCall } from './pipeline.ts';
import { RouteTable } from './resolve.ts';
import { buildRoutes, type Environment } from './routes.ts';

export interface GatewayDeps {
  readonly log: RequestLog;
  readonly env: Environment;
  readonly clock?: Clock;
  /** In place of the network, for tests. */
  readonly transport?: Transport;
}

/** Everything that a request reads of the configuration, as it was when the request came. */
interface Snapshot {
  readonly config: Config;
  readonly table: RouteTable;
  readonly handle: Handler<RoutedCall, Reply>;
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
  const clock = deps.clock ?? systemClock;
  const network = deps.transport ?? networkTransport;
  const echo = echoTransport(clock);
  const makeSnapshot = (next: Config): Snapshot => ({
    config: next,
    table: new RouteTable(buildRoutes(next, deps.env)),
    handle: createPipeline({
      clock,
      log: deps.log,
      timeouts: next.timeouts,
      transportFor: (provider) => (provider.builtIn === true ? echo : network),
    }),
  });
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
    handle: (call) => handle(call, snapshot),
  };
}

async function handle(call: Call, { table, handle: run }: Snapshot): Promise<Reply> {
  const resolution = table.resolve(call.model);
  if (call.endpoint !== 'count_tokens') return run({ call, resolution });
  const [target] = resolution.targets;
  if (wireFormat(target.wire).countsTokens) {
    try {
      return await run({ call, resolution });
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
