import type { Call } from '../core/call.ts';
import { compose, type Handler, type Policy } from '../core/policy.ts';
import { breaker, type Reach } from '../policies/breaker.ts';
import type { CacheSettings } from '../policies/answer-cache.ts';
import { budget, type BudgetSettings } from '../policies/budget.ts';
import { cache } from '../policies/cache.ts';
import { timeLimitMs } from '../policies/deadline.ts';
import { documents } from '../policies/documents.ts';
import { fallback, type RoutedCall } from '../policies/fallback.ts';
import { keys } from '../policies/keys.ts';
import { observe } from '../policies/observe.ts';
import { preflight } from '../policies/preflight.ts';
import { rateLimit, type RateLimitSettings } from '../policies/rate-limit.ts';
import { repair } from '../policies/repair.ts';
import { retry, type RetrySettings } from '../policies/retry.ts';
import { webSearch } from '../policies/web-search.ts';
import type { Target } from '../providers/target.ts';
import type { CallSink } from '../telemetry/call-record.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import { send, type SendDeps } from '../upstream/send.ts';
import type { Spending } from '../usage/spending.ts';
import type { TokenCounts } from './count-tokens.ts';
import type { RouteTable } from './resolve.ts';
import { conditionsFor, takeover, type ScenarioName, type Scenarios } from './scenario.ts';
import type { GatewayState } from './state.ts';
import { traitsOf } from './traits.ts';

export interface PipelineDeps extends SendDeps {
  readonly table: RouteTable;
  readonly counts: TokenCounts;
  readonly sinks: readonly CallSink[];
  /** Routes for requests of a certain kind; `null`: none are configured. */
  readonly scenarios: Scenarios | null;
  /** Where web searches go of models that have none. */
  readonly searchers: readonly Target[];
  readonly state: GatewayState;
  readonly cache: CacheSettings;
  readonly budget: BudgetSettings;
  /** `null`: nobody counts what is spent. */
  readonly spending: Spending | null;
  readonly retry: RetrySettings;
  readonly rateLimit: RateLimitSettings;
  readonly reach: Reach;
  readonly random: () => number;
}

/**
 * What happens around a call, outermost first. Each stage has an input of its own, so that a policy
 * in the wrong place doesn't compile. Policies are added here and nowhere else.
 */
export function createPipeline(deps: PipelineDeps): Handler<Call, Reply> {
  const { counts, sinks, state, clock, random, reach } = deps;
  const { circuits, retryBudget, sessions, buckets, answers, keyRing } = state;
  const isDown = circuits.isOpen.bind(circuits);

  const attempt = compose<Attempt, Reply>(
    [
      documents(state.pdfTexts),
      preflight(counts.counter),
      retry(deps.retry, { clock, random, budget: retryBudget, isDown }),
      breaker(circuits, reach),
      repair(state.learned),
      rateLimit(buckets, deps.rateLimit, clock),
      keys(keyRing, clock),
    ],
    (one) => send(one, deps),
  );
  const routed = compose<RoutedCall, Reply>(
    [
      countTokens(counts),
      webSearch(deps.searchers),
      cache(answers, deps.cache),
      budget(deps.budget, deps.spending),
    ],
    fallback(attempt, { clock, sessions }),
  );
  return compose<Call, Reply>([observe(sinks)], async (call) => {
    const { scenario, targets } = await chooseTargets(call, deps);
    call.journal.note({ kind: 'routed', target: targets[0], scenario });
    return routed({ call, targets, deadlineAt: clock.now() + timeLimitMs(call) });
  });
}

interface Choice {
  readonly targets: RoutedCall['targets'];
  /** What took over from the model that was asked for; `null`: nothing did. */
  readonly scenario: ScenarioName | null;
}

/** By the model's name, unless the request is of a kind that has routes of its own. */
async function chooseTargets(call: Call, deps: PipelineDeps): Promise<Choice> {
  const { table, scenarios, counts } = deps;
  const resolution = table.resolve(call.model);
  const { targets } = resolution;
  if (scenarios === null || call.endpoint !== 'messages') return { targets, scenario: null };
  const conditions = conditionsFor(call.model, resolution, scenarios);
  const taken = await takeover(conditions, traitsOf(call, targets[0], counts.counter));
  return taken ?? { targets, scenario: null };
}

function countTokens(counts: TokenCounts): Policy<RoutedCall, Reply> {
  return (routed, next) => {
    const { call, targets } = routed;
    if (call.endpoint !== 'count_tokens') return next(routed);
    return counts.answer(call, targets[0], () => next(routed));
  };
}
