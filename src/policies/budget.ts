import { GatewayError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import { sessionOf } from '../core/session.ts';
import type { Target } from '../providers/target.ts';
import type { Reply } from '../upstream/attempt.ts';
import { pricingOf } from '../usage/cost.ts';
import type { Spending } from '../usage/spending.ts';
import type { RoutedCall } from './fallback.ts';

export interface BudgetSettings {
  /** `null`: no limit. */
  readonly dailyUsd: number | null;
  /** `null`: no limit. */
  readonly sessionUsd: number | null;
  /** The part of a limit behind which there are warnings, up to 1. */
  readonly warnAt: number;
}

/** On answers once {@link BudgetSettings.warnAt} is reached: how much of which budget is spent. */
const BUDGET_HEADER = 'x-cc-route-budget';

/** One limit, and how much of it is gone. */
interface Standing {
  readonly key: string;
  readonly limit: number;
  readonly spent: number;
  /** `today's budget`, for messages. */
  readonly name: string;
  /** `day` or `session`, for the header. */
  readonly period: string;
  readonly advice: string;
}

/**
 * Warns when most of a budget is spent, and refuses calls when all of it is. Models that cost
 * nothing go on. The call that crosses a limit is answered, since its cost is known at its end.
 *
 * @param spending `null`: nobody counts, so there is no limit
 */
export function budget(
  { dailyUsd, sessionUsd, warnAt }: BudgetSettings,
  spending: Spending | null,
): Policy<RoutedCall, Reply> {
  if (spending === null || (dailyUsd === null && sessionUsd === null)) {
    return (routed, next) => next(routed);
  }
  const standings = (session: string | null): Standing[] => [
    ...(dailyUsd === null ? [] : [dayStanding(dailyUsd, spending)]),
    ...(sessionUsd === null || session === null
      ? []
      : [sessionStanding(sessionUsd, spending.inSession(session), session)]),
  ];
  return async (routed, next) => {
    const { call, targets } = routed;
    if (call.endpoint !== 'messages') return next(routed);
    const all = standings(sessionOf(call));
    const exceeded = all.find(({ spent, limit }) => spent >= limit);
    if (exceeded !== undefined) {
      spending.warnOnce(`${exceeded.key}:spent`, `${describe(exceeded)}: calls are refused`);
      const [first, ...others] = targets.filter((target) => isFree(target, call.model));
      if (first !== targets[0]) throw refusal(exceeded);
      return next({ ...routed, targets: [first, ...others] });
    }
    const reply = await next(routed);
    const near = all.filter(({ spent, limit }) => spent >= limit * warnAt);
    for (const one of near) spending.warnOnce(one.key, describe(one));
    if (near.length > 0) reply.headers.set(BUDGET_HEADER, near.map(headerText).join(', '));
    return reply;
  };
}

function dayStanding(limit: number, spending: Spending): Standing {
  const { since, usd } = spending.today();
  return {
    key: `day:${since}`,
    limit,
    spent: usd,
    name: "today's budget",
    period: 'day',
    advice: 'It starts anew at midnight; to go on now, raise budget.dailyUsd',
  };
}

function sessionStanding(limit: number, spent: number, session: string): Standing {
  return {
    key: `session:${session}`,
    limit,
    spent,
    name: `the budget of session ${session}`,
    period: 'session',
    advice: 'Start a new session, or raise budget.sessionUsd',
  };
}

/** Nobody is paid for it: built in, on a machine that wants no key, or priced at nothing. */
function isFree(target: Target, clientModel: string): boolean {
  const pricing = pricingOf(target, clientModel);
  if (pricing !== undefined) return pricing.input === 0 && pricing.output === 0;
  return target.credential.kind === 'none';
}

function refusal(standing: Standing): GatewayError {
  const { advice, name } = standing;
  return new GatewayError(
    'budget_exceeded',
    `The gateway's owner has set a limit, and ${name} is spent: ${amounts(standing)}. ` +
      `${advice} in the cc-route configuration, or use a model that costs nothing.`,
  );
}

const amounts = ({ spent, limit }: Standing): string =>
  `$${spent.toFixed(2)} of $${limit.toFixed(2)}`;

const percent = ({ spent, limit }: Standing): number => Math.floor((spent / limit) * 100);

const describe = (standing: Standing): string =>
  `${standing.name}: ${percent(standing)}% is spent, ${amounts(standing)}`;

const headerText = (standing: Standing): string =>
  `${standing.period} ${percent(standing)}% of $${standing.limit.toFixed(2)}`;
