import type { Call } from '../../core/call.ts';
import type { GatewayError, UpstreamProblem } from '../../core/errors.ts';
import type { Compat } from '../../providers/spec.ts';
import type { ModelFacts, Target } from '../../providers/target.ts';
import type { JsonNode } from '../json-node.ts';

/** What is changed so that an upstream takes a request that it refused. */
export interface Repair {
  /** Flags in place of the target's; lists are added to its own. */
  readonly compat?: Partial<Compat>;
  readonly facts?: Pick<ModelFacts, 'maxOutputTokens' | 'vision'>;
  readonly refusedSignatures?: readonly string[];
  /** It holds for this request only, such as what is left of a context window. */
  readonly once?: true;
}

/** What a rule can look at. */
export interface RepairContext {
  readonly call: Call;
  /** As it was for the request that was refused. */
  readonly target: Target;
  readonly problem: UpstreamProblem;
  /** The body that was refused. */
  readonly sent: JsonNode;
}

/** One way in which vendors say what they can't take, and what to do about it. */
export interface RepairRule {
  readonly vendor: string;
  /** What the vendor writes. Every rule is tested with its own sample. */
  readonly sample: string;
  /** Nothing where the words are others, or don't concern this request. */
  readonly repair: (context: RepairContext) => readonly Repair[];
}

/** A rule that sets flags where the words are these. */
export function flags(
  vendor: string,
  sample: string,
  pattern: RegExp,
  compat: Partial<Compat>,
): RepairRule {
  return {
    vendor,
    sample,
    repair: ({ problem }) => (pattern.test(problem.text) ? [{ compat }] : []),
  };
}

/** Everything that can be mended of what an upstream complains of; only what changes something. */
export function findRepairs(
  rules: readonly RepairRule[],
  error: GatewayError,
  context: Omit<RepairContext, 'problem'>,
): Repair[] {
  const { problem } = error;
  if (problem === null) return [];
  const text = [problem.text, problem.param ?? ''].filter((part) => part !== '').join(' ');
  let target = context.target;
  const found: Repair[] = [];
  for (const { repair } of rules) {
    for (const one of repair({ ...context, target, problem: { ...problem, text } })) {
      // The first rule that reads the words knows best: a general one says less of the same thing.
      if (!changes(one, target) || found.some((other) => overlap(one, other))) continue;
      found.push(one);
      target = repaired(target, one);
    }
  }
  return found;
}

const LISTS: ReadonlySet<string> = new Set(['withoutFields', 'withoutBetas']);

function overlap(left: Repair, right: Repair): boolean {
  const keys = new Set(Object.keys({ ...right.compat, ...right.facts }));
  return Object.keys({ ...left.compat, ...left.facts }).some(
    (key) => keys.has(key) && !LISTS.has(key),
  );
}

function changes({ compat = {}, facts = {}, refusedSignatures = [] }: Repair, target: Target) {
  const has = (list: unknown, value: unknown): boolean =>
    Array.isArray(list) && list.includes(value);
  return (
    Object.entries(compat).some(([name, value]) => {
      const current: unknown = target.compat[name as keyof Compat];
      return Array.isArray(value)
        ? value.some((one) => !has(current, one))
        : JSON.stringify(value) !== JSON.stringify(current);
    }) ||
    Object.entries(facts).some(
      ([name, value]) => target.facts[name as keyof ModelFacts] !== value,
    ) ||
    refusedSignatures.some((one) => target.refusedSignatures?.has(one) !== true)
  );
}

/** The target as it is with a repair. */
export function repaired(
  target: Target,
  { compat = {}, facts, refusedSignatures }: Repair,
): Target {
  const { withoutFields, withoutBetas } = target.compat;
  return {
    ...target,
    compat: {
      ...target.compat,
      ...compat,
      withoutFields: union(withoutFields, compat.withoutFields),
      withoutBetas: union(withoutBetas, compat.withoutBetas),
    },
    facts: { ...target.facts, ...facts },
    ...(refusedSignatures === undefined
      ? {}
      : {
          refusedSignatures: new Set([...(target.refusedSignatures ?? []), ...refusedSignatures]),
        }),
  };
}

function union(left: readonly string[], right: readonly string[] = []): readonly string[] {
  return [...new Set([...left, ...right])];
}

/** A repair in the words of the configuration, so that it can be written there for good. */
export function describeRepair({ compat = {}, facts = {}, refusedSignatures }: Repair): string {
  const settings = Object.entries({ ...compat, ...facts }).map(
    ([name, value]) => `${name}: ${JSON.stringify(value)}`,
  );
  const count = refusedSignatures?.length ?? 0;
  const dropped = count === 0 ? [] : [`thinking of another model left out: ${count}`];
  return [...settings, ...dropped].join(', ');
}
