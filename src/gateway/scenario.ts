import type { Config } from '../config/config.ts';
import type { Target } from '../providers/target.ts';
import type { Resolution, RouteTable } from './resolve.ts';
import type { Route } from './routes.ts';

/** In the order in which they are looked at: what can't be done otherwise comes first. */
const SCENARIOS = ['image', 'longContext', 'background', 'think'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

/** The targets of a scenario, in order. */
type Targets = readonly [Target, ...Target[]];

/** What is configured, ready to be used. */
export interface Scenarios {
  readonly targets: ReadonlyMap<ScenarioName, Targets>;
  /** Above so many tokens a context is long for a model without a route. */
  readonly longContextTokens: number;
}

/** What a request is like, found out only when a scenario depends on it. */
export interface Traits {
  /** An image is in the turn under way. */
  hasImages(): boolean;
  /** Thinking is switched on. */
  thinks(): boolean;
  /** The input has more tokens than that. */
  exceeds(tokens: number): boolean | Promise<boolean>;
}

/** When a scenario takes over, in words and in code. */
export interface Condition {
  readonly scenario: ScenarioName;
  readonly targets: Targets;
  /** The end of a sentence: `where an image is in the turn`. */
  readonly when: string;
  readonly holds: (traits: Traits) => boolean | Promise<boolean>;
}

/** Makes the targets of the configuration's scenarios; `null`: there are none. */
export function scenariosOf(
  config: Pick<Config, 'scenarios'>,
  table: RouteTable,
): Scenarios | null {
  const { background, think, image, longContext } = config.scenarios;
  const chains = { background, think, image, longContext: longContext.routes };
  const targets = new Map<ScenarioName, Targets>();
  for (const name of SCENARIOS) {
    const [first, ...others] = chains[name];
    if (first === undefined) continue;
    // A route by itself brings its own fallback chain; a list is the chain.
    const [target, ...own] = table.resolve(first).targets;
    targets.set(name, [target, ...(others.length === 0 ? own : table.targetsOf(others))]);
  }
  return targets.size === 0 ? null : { targets, longContextTokens: longContext.threshold };
}

/**
 * The scenarios that may take over from a model, in their order. A model that a person chose by a
 * route of its own keeps every request that it is able to answer; a name without a route, which is
 * Claude Code's own choice, goes wherever the scenarios say.
 */
export function conditionsFor(
  model: string,
  { route }: Pick<Resolution, 'route'>,
  { targets, longContextTokens }: Scenarios,
): readonly Condition[] {
  return SCENARIOS.flatMap((scenario) => {
    const chain = targets.get(scenario);
    if (chain === undefined || chain[0].route === route?.name) return [];
    const condition = RULES[scenario](model, route, longContextTokens);
    return condition === null ? [] : [{ scenario, targets: chain, ...condition }];
  });
}

/** The first of the conditions that holds; `null`: the model keeps the request. */
export async function takeover(
  conditions: readonly Condition[],
  traits: Traits,
): Promise<Condition | null> {
  for (const condition of conditions) {
    if (await condition.holds(traits)) return condition;
  }
  return null;
}

type Rule = (
  model: string,
  route: Route | null,
  longContextTokens: number,
) => Pick<Condition, 'when' | 'holds'> | null;

const RULES: Readonly<Record<ScenarioName, Rule>> = {
  image(_, route) {
    const holds = (traits: Traits): boolean => traits.hasImages();
    if (route === null) return { when: 'where an image is in the turn', holds };
    if (route.target.facts.vision !== false) return null;
    return { when: 'where an image is in the turn, as this model takes none', holds };
  },

  longContext(_, route, longContextTokens) {
    const limit = route === null ? longContextTokens : route.target.facts.contextWindow;
    if (limit === undefined) return null;
    const much = `above ${limit.toLocaleString('en')} tokens`;
    return {
      when: route === null ? much : `${much}, its context window`,
      holds: (traits) => traits.exceeds(limit),
    };
  },

  /** Titles, summaries and the like, for which Claude Code takes its smallest model. */
  background(model, route) {
    if (route !== null || !/haiku/iu.test(model)) return null;
    return { when: "always, as this is the small model's name", holds: () => true };
  },

  think(_, route) {
    if (route !== null) return null;
    return { when: 'where thinking is on', holds: (traits) => traits.thinks() };
  },
};
