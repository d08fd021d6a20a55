import type { Config } from '../config/config.ts';
import { limitOf } from '../config/rate-limits.ts';
import type { Call } from '../core/call.ts';
import type { Handler } from '../core/policy.ts';
import type { Health, Lesson } from '../core/route-summary.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { AnswerCache } from '../policies/answer-cache.ts';
import type { Reach } from '../policies/breaker.ts';
import type { Target } from '../providers/target.ts';
import type { CallSink } from '../telemetry/call-record.ts';
import type { Reply, Transport } from '../upstream/attempt.ts';
import { echoTransport } from '../upstream/echo/index.ts';
import { canConnect, networkTransport } from '../upstream/network.ts';
import type { Spending } from '../usage/spending.ts';
import { TokenCounts } from './count-tokens.ts';
import { createPipeline } from './pipeline.ts';
import { RouteTable } from './resolve.ts';
import { buildRoutes, type Environment } from './routes.ts';
import { scenariosOf } from './scenario.ts';
import { createState } from './state.ts';

export interface GatewayDeps {
  /** Get a record of every call. */
  readonly sinks: readonly CallSink[];
  readonly env: Environment;
  /** Knows what was spent, for budgets; absent: there are none. */
  readonly spending?: Spending;
  readonly clock?: Clock;
  /** Gives numbers from 0 to below 1. */
  readonly random?: () => number;
  /** In place of the network, for tests. */
  readonly transport?: Transport;
  readonly reach?: Reach;
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
  readonly answers: AnswerCache;
  /** For each route, whether its target is passed over since it failed too often lately. */
  circuits(): readonly { readonly target: Target; readonly isOpen: boolean }[];
  /** What the target's upstream refused since the start, and gets otherwise now. */
  learned(target: Target): readonly Lesson[];
  /** How the target's upstream did lately. */
  health(target: Target): Health;
  /** Later calls use the new configuration; those under way keep theirs. */
  reload(config: Config): void;
}

export function createGateway(config: Config, deps: GatewayDeps): Gateway {
  const { sinks, env, clock = systemClock, random = Math.random } = deps;
  const { transport: network = networkTransport, reach = canConnect } = deps;
  const echo = echoTransport(clock);
  const counts = new TokenCounts(clock);
  const state = createState(clock);
  const makeSnapshot = (next: Config): Snapshot => {
    state.answers.configure(next.cache);
    const table = new RouteTable(buildRoutes(next, env));
    const run = createPipeline({
      table,
      counts,
      state,
      clock,
      random,
      reach,
      sinks: [...sinks, counts.sink],
      scenarios: scenariosOf(next, table),
      searchers: table.targetsOf(next.scenarios.webSearch),
      cache: next.cache,
      budget: next.budget,
      spending: deps.spending ?? null,
      retry: next.retry,
      rateLimit: {
        limitOf: (host) => limitOf(next.rateLimit, host),
        maxWaitMs: next.rateLimit.maxWaitMs,
        lateWaitMs: next.retry.maxDelayMs,
      },
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
    answers: state.answers,
    circuits: () =>
      snapshot.table.routes.map(({ target }) => ({
        target,
        isOpen: state.circuits.isOpen(target),
      })),
    learned: (target) => state.learned.list(target, target.model ?? ''),
    health: (target) => state.circuits.health(target),
    reload(next) {
      snapshot = makeSnapshot(next);
    },
    handle: (call) => snapshot.run(call),
  };
}
